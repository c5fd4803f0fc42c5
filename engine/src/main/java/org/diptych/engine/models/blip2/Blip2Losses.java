package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.tower.HardPairs;

/// BLIP-2's objectives (sections 3.2 and 3.3; LAVIS `blip2_qformer.py`, `blip2_opt.py`).
record Blip2Losses(Blip2Model model) {
    static final String CONTRAST = "loss_itc";
    static final String MATCHING = "loss_itm";
    static final String WRITING = "loss_lm";
    static final String LANGUAGE = "lavis_loss";
    static final int IGNORED = -100;
    private static final double SMOOTHING = 0.1;

    /// What the objectives of stage 1 share.
    ///
    /// @param picture  (B, N, D') behind its norm
    /// @param asked    the queries that have seen it
    /// @param pictures (B, Q, E) of unit length
    /// @param texts    (B, E) of unit length
    record Step(NDArray picture, QFormer.Asked asked, NDArray pictures, NDArray texts) {
    }

    NDArray loss(String objective, Pass pass, Inputs inputs) {
        return switch (objective) {
            case CONTRAST -> contrast(model.step(pass, inputs));
            case MATCHING -> {
                Step step = model.step(pass, inputs);
                yield matching(matchLogits(pass, step, inputs));
            }
            case WRITING -> writing(writtenLogits(pass, asked(pass, inputs), inputs), inputs);
            case LANGUAGE -> model.language().loss(pass, told(pass, inputs), inputs, true);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    /// @return the queries that have looked at the picture; a file without the contrast asks for this alone
    private QFormer.Asked asked(Pass pass, Inputs inputs) {
        return model.objectives().contains(CONTRAST)
                ? model.step(pass, inputs).asked()
                : model.bridge().ask(pass, model.bridge().picture(pass, inputs));
    }

    Guess matchGuess(Pass pass, Inputs inputs) {
        return HardPairs.guess(matchLogits(pass, model.step(pass, inputs), inputs));
    }

    Guess writtenGuess(Pass pass, Inputs inputs) {
        NDArray labels = Losses.withoutPadding(inputs.get("input_ids"), model.facts().former().pad(), IGNORED);
        long words = labels.getShape().get(1);
        return new Guess(writtenLogits(pass, asked(pass, inputs), inputs).get(new NDIndex(":, :{}", words - 1)),
                labels.get(new NDIndex(":, 1:")));
    }

    Guess languageGuess(Pass pass, Inputs inputs) {
        return model.language().guess(pass, told(pass, inputs), inputs);
    }

    Step step(Pass pass, Inputs inputs) {
        NDArray picture = model.bridge().picture(pass, inputs);
        QFormer.Asked asked = model.bridge().ask(pass, picture);
        NDArray pictures = model.heads().pictures(pass, asked.states());
        NDArray texts = model.heads().text(pass,
                model.bridge().former().read(pass, inputs.get("input_ids"), Blip2Model.attended(inputs)));
        return new Step(picture, asked, pictures, texts);
    }

    /// @param pictures (B, Q, E)
    /// @param texts    (M, E)
    /// @return (B, M, Q) cosines of every query with every text
    static NDArray alike(NDArray pictures, NDArray texts) {
        Shape shape = pictures.getShape();
        return pictures.reshape(shape.get(0) * shape.get(1), shape.get(2)).matMul(texts.transpose())
                .reshape(shape.get(0), shape.get(1), texts.getShape().get(0)).transpose(0, 2, 1);
    }

    /// The best query of a picture speaks for it. What is compared with carries no gradient: LAVIS gathers it from all devices without one.
    ///
    /// @return (B, B) logits of each picture's texts
    NDArray toTexts(Step step) {
        return best(alike(step.pictures(), step.texts().stopGradient())).div(model.heads().temperature(step.texts()));
    }

    /// @return (B, B) logits of each text's pictures
    NDArray toPictures(Step step) {
        return best(alike(step.pictures().stopGradient(), step.texts())).transpose()
                .div(model.heads().temperature(step.texts()));
    }

    private static NDArray best(NDArray alike) {
        return alike.max(new int[]{2});
    }

    NDArray contrast(Step step) {
        NDArray own = step.texts().getManager().arange((int) step.texts().getShape().get(0))
                .toType(DataType.INT64, false);
        return Scalars.over(Losses.smoothedRows(toTexts(step), own, IGNORED, SMOOTHING).mean()
                .add(Losses.smoothedRows(toPictures(step), own, IGNORED, SMOOTHING).mean()), 2);
    }

    /// Each pair, then each text with a hard picture, then each picture with a hard text.
    ///
    /// @return (3B, Q, 2)
    NDArray matchRows(Pass pass, Step step, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        NDArray attended = Blip2Model.attended(inputs);
        HardPairs hard = inputs.has("image_neg_idx")
                ? new HardPairs(inputs.get("image_neg_idx"), inputs.get("text_neg_idx"))
                : HardPairs.drawn(toPictures(step), toTexts(step), inputs.get("negative_draws"));
        NDArray words = ids.concat(hard.rows(ids), 0);
        NDArray there = attended.concat(hard.rows(attended), 0);
        NDArray pictures = NDArrays
                .concat(new NDList(step.picture(), Rows.samples(step.picture(), hard.wrongPictures()), step.picture()),
                        0);
        return model.match(pass, pictures, words, there);
    }

    /// @return (3B, 2) mean over the queries
    NDArray matchLogits(Pass pass, Step step, Inputs inputs) {
        return matchRows(pass, step, inputs).mean(new int[]{1});
    }

    /// @param logits (3B, 2)
    NDArray matching(NDArray logits) {
        return Losses.crossEntropy(logits, HardPairs.guess(logits).labels(), IGNORED);
    }

    /// @return (B, T, V) of the text as it is written: with `[DEC]` in front
    NDArray writtenLogits(Pass pass, QFormer.Asked asked, Inputs inputs) {
        NDArray ids = model.writes(inputs.get("input_ids"));
        NDArray logits = model.heads()
                .words(model.bridge().former().write(pass, ids, Blip2Model.attended(inputs), asked));
        pass.probe().value("itg_logits", logits);
        return logits;
    }

    NDArray writing(NDArray logits, Inputs inputs) {
        NDArray labels = Losses.withoutPadding(model.writes(inputs.get("input_ids")), model.facts().former().pad(),
                IGNORED);
        return Losses.nextWord(logits, labels, IGNORED, SMOOTHING);
    }

    /// @param picture (B, N, D') behind its norm
    /// @param whole   see [LanguageModel#loss]
    NDArray language(Pass pass, NDArray picture, Inputs inputs, boolean whole) {
        return model.language().loss(pass, told(pass, picture), inputs, whole);
    }

    /// @return (B, Q, W), of no queries where there is no picture
    private NDArray told(Pass pass, Inputs inputs) {
        return Blip2Bridge.shows(inputs)
                ? told(pass, model.bridge().picture(pass, inputs))
                : model.language().untold(inputs);
    }

    private NDArray told(Pass pass, NDArray picture) {
        return model.projected(pass, model.bridge().ask(pass, picture).states());
    }
}
