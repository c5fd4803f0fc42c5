package org.diptych.engine.models.albef;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Rows;

/// ALBEF's objectives (sections 3.2 and 3.3; salesforce/ALBEF `models/model_pretrain.py`, `model_vqa.py`, `model_nlvr.py`).
record AlbefLosses(AlbefModel model) {
    static final String CONTRAST = "loss_ita";
    static final String MATCHING = "loss_itm";
    static final String MASKED = "loss_mlm";
    static final String ANSWER = "loss_vqa";
    static final String PAIR = "loss_nlvr";
    private static final int IGNORED = -100;

    NDArray loss(String objective, Pass pass, Inputs inputs) {
        return switch (objective) {
            case CONTRAST, MATCHING, MASKED -> {
                Step step = step(pass, inputs);
                yield switch (objective) {
                    case CONTRAST -> contrast(step, alpha(inputs));
                    case MATCHING -> matching(pass, step, inputs);
                    default -> masked(pass, step, inputs, alpha(inputs));
                };
            }
            case ANSWER -> answer(pass, inputs);
            case PAIR -> pair(pass, inputs);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    static float alpha(Inputs inputs) {
        return inputs.has("alpha") ? inputs.get("alpha").toFloatArray()[0] : 0;
    }

    /// What the three pre-training objectives share.
    ///
    /// @param picture  (B, 1 + N, D') and its feature (B, E)
    /// @param words    (B, T, D) of the text alone and its feature (B, E)
    /// @param copied   features of the following copy, and its picture
    /// @param temperature scalar
    record Step(NDArray picture, NDArray pictureFeature, NDArray words, NDArray textFeature, NDArray copiedPicture,
            NDArray copiedPictureFeature, NDArray copiedTextFeature, NDArray temperature, Follower follower) {
        /// @return (B, B + Q) the pictures against the copied texts of this batch and of those before
        NDArray toTexts(AlbefModel model) {
            return pictureFeature.matMul(known(copiedTextFeature, model.queue().texts().get())).div(temperature);
        }

        /// @return (B, B + Q) the texts against the copied pictures
        NDArray toPictures(AlbefModel model) {
            return textFeature.matMul(known(copiedPictureFeature, model.queue().pictures().get())).div(temperature);
        }

        /// @return (E, B + Q)
        static NDArray known(NDArray copied, NDArray queue) {
            return copied.transpose().concat(queue, 1);
        }
    }

    Step step(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        NDArray attended = AlbefModel.attended(inputs, ids);
        AlbefSide online = model.online();
        NDArray picture = online.picture(pass, AlbefModel.pixels(inputs));
        NDArray pictureFeature = online.pictureFeature(pass, picture);
        NDArray words = online.text().text(pass, ids, attended);
        NDArray textFeature = online.textFeature(pass, words);
        Follower follower = model.follow(words);
        AlbefSide copy = model.copy();
        NDList copied = follower.during(() -> {
            NDArray seen = copy.picture(pass, AlbefModel.pixels(inputs));
            NDArray feature = copy.pictureFeature(pass, seen);
            NDArray text = copy.textFeature(pass, copy.text().text(pass, ids, attended));
            return new NDList(seen.stopGradient(), feature.stopGradient(), text.stopGradient());
        });
        return new Step(picture, pictureFeature, words, textFeature, copied.get(0), copied.get(1), copied.get(2),
                model.temperature(words), follower);
    }

    /// Targets are the own pair and, by `alpha`, what the copy thinks.
    NDArray contrast(Step step, float alpha) {
        NDArray temperature = step.temperature().stopGradient();
        NDArray texts = Step.known(step.copiedTextFeature(), model.queue().texts().get());
        NDArray pictures = Step.known(step.copiedPictureFeature(), model.queue().pictures().get());
        NDArray toTexts = soft(step.copiedPictureFeature().matMul(texts).div(temperature), alpha);
        NDArray toPictures = soft(step.copiedTextFeature().matMul(pictures).div(temperature), alpha);
        return Scalars.over(Losses.softRows(step.toTexts(model), toTexts).mean()
                .add(Losses.softRows(step.toPictures(model), toPictures).mean()), 2);
    }

    private static NDArray soft(NDArray logits, float alpha) {
        Shape shape = logits.getShape();
        NDArray own = logits.getManager().eye((int) shape.get(0), (int) shape.get(1), 0, DataType.FLOAT32);
        return logits.softmax(-1).mul(alpha).add(own.mul(1 - alpha)).stopGradient();
    }

    /// Each pair, then each text with a picture that is hard to tell apart, then each picture with such a text.
    NDArray matching(Pass pass, Step step, Inputs inputs) {
        NDArray logits = matchLogits(pass, step, inputs);
        long b = step.words().getShape().get(0);
        long[] labels = new long[(int) (3 * b)];
        java.util.Arrays.fill(labels, 0, (int) b, 1);
        return Losses.crossEntropy(logits, logits.getManager().create(labels), IGNORED);
    }

    private NDArray matchLogits(Pass pass, Step step, Inputs inputs) {
        NDArray attended = AlbefModel.attended(inputs, inputs.get("input_ids"));
        AlbefText text = model.online().text();
        NDArray matched = text.fused(pass, step.words(), attended, step.picture());
        NDArray wrongPictures = chosen(step.picture(), inputs.get("image_neg_idx"));
        NDArray wrongTexts = chosen(step.words(), inputs.get("text_neg_idx"));
        NDArray mismatched = text.fused(pass, NDArrays.concat(new NDList(step.words(), wrongTexts), 0),
                attended.concat(attended.get(inputs.get("text_neg_idx")), 0),
                NDArrays.concat(new NDList(wrongPictures, step.picture()), 0));
        return model.matchLogits(pass, NDArrays.concat(new NDList(matched, mismatched), 0));
    }

    /// @return the samples of these numbers
    private static NDArray chosen(NDArray states, NDArray numbers) {
        Shape shape = states.getShape();
        NDArray flat = states.reshape(shape.get(0), shape.get(1) * shape.get(2));
        return Rows.at(flat, numbers).reshape(-1, shape.get(1), shape.get(2));
    }

    NDArray masked(Pass pass, Step step, Inputs inputs, float alpha) {
        NDArray ids = inputs.get("mlm_input_ids");
        NDArray attended = AlbefModel.attended(inputs, ids);
        NDArray labels = inputs.get("mlm_labels");
        AlbefText copy = model.copy().text();
        NDArray soft = step.follower().during(() -> copy.words(pass,
                copy.all(pass, ids, attended, step.copiedPicture(), Optional.empty())).softmax(-1).stopGradient());
        AlbefText online = model.online().text();
        NDArray logits = online.words(pass, online.all(pass, ids, attended, step.picture(), Optional.empty()));
        NDArray counts = labels.neq(IGNORED).toType(DataType.FLOAT32, false);
        NDArray distilled = Losses.softRows(logits, soft).mul(counts).sum().div(counts.sum());
        return mixed(Losses.crossEntropy(logits, labels, IGNORED), distilled, alpha);
    }

    /// @return (1 - alpha) of what the labels say and alpha of what the copy says
    private static NDArray mixed(NDArray labels, NDArray copied, double alpha) {
        return Scalars.times(labels, 1 - alpha).add(Scalars.times(copied, alpha));
    }

    /// What the questions say after they have looked at their pictures.
    ///
    /// @param states (Q, T, D)
    record Asked(NDArray states, NDArray attended) {
    }

    Asked asked(Pass pass, AlbefSide side, Inputs inputs) {
        NDArray ids = inputs.get("question_ids");
        NDArray attended = inputs.get("question_mask");
        return new Asked(side.text().all(pass, ids, attended, side.picture(pass, AlbefModel.pixels(inputs)),
                Optional.empty()), attended);
    }

    /// Each question as often as it has answers.
    private static Asked repeated(Asked asked, NDArray counts) {
        long[] each = counts.toType(DataType.INT64, false).toLongArray();
        long[] rows = new long[(int) java.util.Arrays.stream(each).sum()];
        int next = 0;
        for (int i = 0; i < each.length; i++) {
            for (int k = 0; k < each[i]; k++) {
                rows[next++] = i;
            }
        }
        NDArray index = asked.states().getManager().create(rows);
        return new Asked(chosen(asked.states(), index), asked.attended().get(index));
    }

    /// @return (n, A, V)
    static NDArray answerLogits(Pass pass, AlbefSide side, Asked asked, NDArray ids, NDArray attended) {
        AlbefText decoder = side.decoder();
        return decoder.words(pass, decoder.all(pass, ids, attended, asked.states(), Optional.of(asked.attended())));
    }

    /// @return (n) the negative log-likelihood of each answer; padding does not count
    NDArray likelihood(NDArray logits, NDArray ids) {
        long a = ids.getShape().get(1);
        NDArray labels = labels(ids);
        return Losses.crossEntropyRows(logits.get(new NDIndex(":, :{}", a - 1)), labels, IGNORED)
                .reshape(-1, a - 1).sum(new int[]{1});
    }

    private NDArray labels(NDArray ids) {
        NDArray next = ids.get(new NDIndex(":, 1:"));
        NDArray padding = next.eq(model.facts().pad()).toType(DataType.INT64, false);
        return next.mul(padding.neg().add(1)).add(padding.mul(IGNORED));
    }

    NDArray answer(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("answer_ids");
        NDArray attended = inputs.get("answer_mask");
        boolean distils = model.facts().distils() && model.facts().parts().follows();
        float alpha = distils ? alpha(inputs) : 0;
        Asked asked = repeated(asked(pass, model.online(), inputs), inputs.get("n_answers"));
        NDArray copied = ids;
        if (distils) {
            copied = model.follow(asked.states()).during(() -> answerLogits(pass, model.copy(),
                    repeated(asked(pass, model.copy(), inputs), inputs.get("n_answers")), ids, attended)
                    .softmax(-1).stopGradient());
        }
        NDArray logits = answerLogits(pass, model.online(), asked, ids, attended);
        NDArray each = likelihood(logits, ids);
        if (distils) {
            long a = ids.getShape().get(1);
            NDArray counts = labels(ids).neq(IGNORED).toType(DataType.FLOAT32, false);
            NDArray soft = Losses.softRows(logits.get(new NDIndex(":, :{}", a - 1)),
                    copied.get(new NDIndex(":, :{}", a - 1))).mul(counts).sum(new int[]{1});
            each = mixed(each, soft, alpha);
        }
        return Scalars.over(each.mul(inputs.get("weights")).sum(), inputs.get("question_ids").getShape().get(0));
    }

    /// @return (B, 2)
    static NDArray pairLogits(Pass pass, AlbefSide side, Inputs inputs) {
        NDArray pictures = side.picture(pass, inputs.get("image_pairs"));
        long b = pictures.getShape().get(0) / 2;
        return side.classes(pass, side.text().pair(pass, inputs.get("input_ids"), inputs.get("attention_mask"),
                pictures.get(new NDIndex(":{}", b)), pictures.get(new NDIndex("{}:", b))));
    }

    NDArray pair(Pass pass, Inputs inputs) {
        NDArray logits = pairLogits(pass, model.online(), inputs);
        NDArray plain = Losses.crossEntropy(logits, inputs.get("targets"), IGNORED);
        if (!model.facts().distils() || !model.facts().parts().follows()) {
            return plain;
        }
        float alpha = alpha(inputs);
        NDArray soft = model.follow(logits)
                .during(() -> pairLogits(pass, model.copy(), inputs).softmax(-1).stopGradient());
        return mixed(plain, Losses.softRows(logits, soft).mean(), alpha);
    }
}
