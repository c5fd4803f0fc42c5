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
            case LANGUAGE -> language(pass, model.picture(pass, inputs), inputs, true);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    /// @return the queries that have looked at the picture; a file without the contrast asks for this alone
    private QFormer.Asked asked(Pass pass, Inputs inputs) {
        return model.objectives().contains(CONTRAST)
                ? model.step(pass, inputs).asked()
                : model.ask(pass, model.picture(pass, inputs));
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
        int queries = model.facts().former().queries();
        NDArray logits = model.languageLogits(pass,
                model.projected(pass, model.ask(pass, model.picture(pass, inputs)).states()), inputs);
        long all = logits.getShape().get(1);
        return new Guess(logits.get(new NDIndex(":, {}:{}", queries - 1, all - 1)), labels(inputs));
    }

    Step step(Pass pass, Inputs inputs) {
        NDArray picture = model.picture(pass, inputs);
        QFormer.Asked asked = model.ask(pass, picture);
        NDArray pictures = model.pictureFeatures(pass, asked.states());
        NDArray texts = model.textFeature(pass,
                model.former().read(pass, inputs.get("input_ids"), Blip2Model.attended(inputs)));
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
        return best(alike(step.pictures(), step.texts().stopGradient())).div(model.temperature(step.texts()));
    }

    /// @return (B, B) logits of each text's pictures
    NDArray toPictures(Step step) {
        return best(alike(step.pictures().stopGradient(), step.texts())).transpose()
                .div(model.temperature(step.texts()));
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
        NDArray logits = model.words(model.former().write(pass, ids, Blip2Model.attended(inputs), asked));
        pass.probe().value("itg_logits", logits);
        return logits;
    }

    NDArray writing(NDArray logits, Inputs inputs) {
        NDArray labels = Losses.withoutPadding(model.writes(inputs.get("input_ids")), model.facts().former().pad(),
                IGNORED);
        return Losses.nextWord(logits, labels, IGNORED, SMOOTHING);
    }

    /// @param picture (B, N, D') behind its norm
    /// @param whole   true scores the first word too, which the last query tells (LAVIS); false only words that follow words (transformers)
    NDArray language(Pass pass, NDArray picture, Inputs inputs, boolean whole) {
        NDArray logits = model.languageLogits(pass, model.projected(pass, model.ask(pass, picture).states()), inputs);
        long t = inputs.get("input_ids").getShape().get(1);
        long q = logits.getShape().get(1) - t;
        NDArray labels = labels(inputs);
        if (whole) {
            NDArray none = labels.getManager().full(new Shape(labels.getShape().get(0), 1), IGNORED, DataType.INT64);
            return Losses.nextWord(logits.get(new NDIndex(":, {}:", q - 1)), none.concat(labels, 1), IGNORED, 0);
        }
        return Losses.nextWord(logits.get(new NDIndex(":, {}:", q)), labels, IGNORED, 0);
    }

    private NDArray labels(Inputs inputs) {
        return inputs.has("labels")
                ? inputs.get("labels")
                : Losses.withoutPadding(inputs.get("input_ids"), model.facts().language().orElseThrow().pad(),
                        IGNORED);
    }
}
