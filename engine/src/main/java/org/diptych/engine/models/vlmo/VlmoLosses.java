package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.nn.Losses;

/// VLMo's objectives under the names of its own `loss_names` (microsoft/unilm `vlmo/vlmo/modules/objectives.py`).
record VlmoLosses(VlmoModel model) {
    static final String WORDS = "mlm";
    static final String TEXT_WORDS = "textmlm";
    static final String CONTRAST = "itc";
    static final String MATCHING = "itm";
    static final String RETRIEVAL = "irtr";
    static final String ANSWER = "vqa";
    static final String PAIR = "nlvr2";
    /// The share of masked words in the sum of the third stage; the paper does not tell it, the code has it.
    static final double WORDS_WEIGHT = 0.25;
    private static final int IGNORED = -100;

    NDArray loss(String objective, Pass pass, Inputs inputs) {
        return switch (objective) {
            case WORDS -> Scalars.times(words(pass, inputs), WORDS_WEIGHT);
            case TEXT_WORDS -> words(pass, inputs);
            case CONTRAST -> contrast(pass, inputs);
            case RETRIEVAL -> symmetric(model.similarity(model.picture(pass, inputs, false).own(),
                    model.text(pass, inputs, false).own()));
            case MATCHING -> matching(model.matchLogits(pass, triples(inputs)));
            case ANSWER -> answer(model.answerLogits(pass, inputs), inputs.get("vqa_targets"));
            case PAIR -> Losses.crossEntropy(model.pairLogits(pass, inputs), inputs.get("answers"), IGNORED);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    NDArray words(Pass pass, Inputs inputs) {
        return Losses.crossEntropy(model.wordLogits(pass, masked(inputs)), inputs.get("text_labels_mlm"), IGNORED);
    }

    static Inputs masked(Inputs inputs) {
        return VlmoModel.with(inputs, "text_ids", inputs.get("text_ids_mlm"));
    }

    /// The mean of the towers' own endings and of those through the experts for pairs.
    NDArray contrast(Pass pass, Inputs inputs) {
        VlmoModel.Features pictures = model.picture(pass, inputs, true);
        VlmoModel.Features texts = model.text(pass, inputs, true);
        NDArray own = symmetric(model.similarity(pictures.own(), texts.own()));
        NDArray branch = symmetric(
                model.branchSimilarity(pictures.branch().orElseThrow(), texts.branch().orElseThrow()));
        return Scalars.times(own.add(branch), 0.5);
    }

    /// @param logits (B, B) pictures by texts, pairs on the diagonal
    private static NDArray symmetric(NDArray logits) {
        NDArray own = logits.getManager().arange((int) logits.getShape().get(0)).toType(DataType.INT64, false);
        return Scalars.times(Losses.crossEntropy(logits, own, IGNORED)
                .add(Losses.crossEntropy(logits.transpose(), own, IGNORED)), 0.5);
    }

    /// Each text with its picture, with another picture, and each picture with another text.
    static Inputs triples(Inputs inputs) {
        NDArray pictures = VlmoModel.pixels(inputs);
        NDArray ids = VlmoModel.ids(inputs);
        NDArray attended = VlmoModel.attended(inputs, ids);
        NDArray otherPictures = inputs.get("itm_image_neg_idx");
        NDArray otherTexts = inputs.get("itm_text_neg_idx");
        Inputs all = VlmoModel.with(inputs, "image",
                NDArrays.concat(new NDList(pictures, pictures.get(otherPictures), pictures)));
        all = VlmoModel.with(all, "text_ids", NDArrays.concat(new NDList(ids, ids, ids.get(otherTexts))));
        return VlmoModel.with(all, "text_masks",
                NDArrays.concat(new NDList(attended, attended, attended.get(otherTexts))));
    }

    /// @param logits (3 B, 2), the B matches first
    static NDArray matching(NDArray logits) {
        int all = (int) logits.getShape().get(0);
        long[] labels = new long[all];
        java.util.Arrays.fill(labels, 0, all / 3, 1);
        return Losses.crossEntropy(logits, Staging.longs(logits.getManager(), labels, new Shape(all)), IGNORED);
    }

    /// Binary cross-entropy of each answer by itself, summed over the answers.
    private static NDArray answer(NDArray logits, NDArray targets) {
        return Scalars.times(Losses.binaryRows(logits, targets).mean(), targets.getShape().get(1));
    }
}
