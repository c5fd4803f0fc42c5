package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.Map;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.tower.HardPairs;

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
            case TEXT_WORDS -> words(pass, blind(inputs));
            case CONTRAST -> contrast(pass, inputs);
            case RETRIEVAL -> symmetric(model.similarity(model.picture(pass, inputs, false).own(),
                    model.text(pass, inputs, false).own()));
            case MATCHING -> {
                HardPairs pairs = mismatched(pass, inputs);
                yield pairs.loss(model.matchLogits(pass, triples(inputs, pairs)));
            }
            case ANSWER -> answer(model.answerLogits(pass, inputs), inputs.get("vqa_targets"));
            case PAIR -> Losses.crossEntropy(model.pairLogits(pass, inputs), inputs.get("answers"), IGNORED);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    NDArray words(Pass pass, Inputs inputs) {
        return Losses.crossEntropy(model.wordLogits(pass, masked(inputs)), inputs.get("text_labels_mlm"), IGNORED);
    }

    /// @return the same without the picture
    static Inputs blind(Inputs inputs) {
        Map<String, NDArray> all = new HashMap<>(inputs.tensors());
        all.remove("image");
        all.remove("pixel_values");
        return new Inputs(all, inputs.samples());
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

    /// The pairs that the inputs name; without names they are drawn from what the towers' own endings find alike.
    HardPairs mismatched(Pass pass, Inputs inputs) {
        if (inputs.has("itm_image_neg_idx")) {
            return new HardPairs(inputs.get("itm_image_neg_idx"), inputs.get("itm_text_neg_idx"));
        }
        NDArray draws = inputs.get("negative_draws"); // (2, B)
        long b = draws.getShape().get(1);
        NDArray alike = model.facts().parts().contrast()
                ? model.similarity(model.picture(pass, inputs, false).own(), model.text(pass, inputs, false).own())
                : draws.getManager().zeros(new Shape(b, b));
        return HardPairs.drawn(alike.transpose(), alike, draws);
    }

    /// Each text with its picture, with another picture, and each picture with another text.
    static Inputs triples(Inputs inputs, HardPairs wrong) {
        NDArray pictures = VlmoModel.pixels(inputs);
        NDArray ids = VlmoModel.ids(inputs);
        NDArray attended = VlmoModel.attended(inputs, ids);
        Inputs all = VlmoModel.with(inputs, "image",
                NDArrays.concat(new NDList(pictures, pictures.get(wrong.wrongPictures()), pictures)));
        all = VlmoModel.with(all, "text_ids", ids.concat(wrong.rows(ids), 0));
        return VlmoModel.with(all, "text_masks", attended.concat(wrong.rows(attended), 0));
    }

    /// Binary cross-entropy of each answer by itself, summed over the answers.
    private static NDArray answer(NDArray logits, NDArray targets) {
        return Scalars.times(Losses.binaryRows(logits, targets).mean(), targets.getShape().get(1));
    }
}
