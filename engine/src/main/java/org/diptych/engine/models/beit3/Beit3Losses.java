package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Rows;

/// BEiT-3's objectives: hidden patches and words of pictures, texts and pairs (section 2.2), and those of its tasks (microsoft/unilm `beit3/engine_for_finetuning.py`,
/// `utils.py`).
record Beit3Losses(Beit3Model model) {
    static final String IMAGE_CODES = "image_mim";
    static final String TEXT_WORDS = "text_mlm";
    static final String PAIR_CODES = "pair_mim";
    static final String PAIR_WORDS = "pair_mlm";
    static final String CAPTION = "captioning";
    static final String CONTRAST = "itc";
    static final String ANSWER = "vqa";
    static final String PAIR = "nlvr2";
    static final String CLASS = "imagenet";
    /// What a caption's true word leaves to the others.
    static final double SMOOTHING = 0.1;
    /// The words that a caption's model finds hardest are mostly noise: from this step on they do not count.
    private static final double DROPPED = 0.2;
    private static final long DROPS_AFTER = 12_000;
    private static final int IGNORED = -100;

    NDArray loss(String objective, Pass pass, Inputs inputs) {
        return switch (objective) {
            case IMAGE_CODES -> codes(model.imageCodes(pass, inputs), inputs);
            case TEXT_WORDS -> words(model.textWords(pass, masked(inputs)), inputs);
            case PAIR_CODES -> codes(model.pair(pass, masked(inputs)).codes(), inputs);
            case PAIR_WORDS -> words(model.pair(pass, masked(inputs)).words(), inputs);
            case CAPTION -> caption(captionLogits(pass, inputs), inputs, SMOOTHING);
            case CONTRAST -> symmetric(
                    model.similarity(model.encodeImage(pass, inputs), model.encodeText(pass, inputs)));
            case ANSWER -> answer(model.answerLogits(pass, inputs), inputs.get("targets"));
            case PAIR -> Losses.crossEntropy(model.pairLogits(pass, inputs), inputs.get("labels"), IGNORED);
            case CLASS -> Losses.crossEntropy(model.classLogits(pass, inputs), inputs.get("labels"), IGNORED);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    static Inputs masked(Inputs inputs) {
        return Given.with(inputs, "text_ids", inputs.get("masked_text_ids"));
    }

    /// @param logits (B, N, codes); the targets have a code for every patch, and the hidden ones count
    static NDArray codes(NDArray logits, Inputs inputs) {
        return Losses.crossEntropy(logits, hiddenCodes(inputs), IGNORED);
    }

    /// @return int64 (B, N) codes of the hidden patches, below 0 for the others
    static NDArray hiddenCodes(Inputs inputs) {
        NDArray hidden = inputs.get("vision_masked_position").toType(DataType.INT64, false);
        return inputs.get("visual_token_targets").mul(hidden).add(hidden.neg().add(1).mul(IGNORED));
    }

    static NDArray words(NDArray logits, Inputs inputs) {
        return Losses.crossEntropy(logits, inputs.get("text_labels"), IGNORED);
    }

    /// @return (n, V) at the hidden words of captions
    NDArray captionLogits(Pass pass, Inputs inputs) {
        return model.wordsOf(Rows.where(model.written(pass, masked(inputs)), inputs.get("language_masked_pos")));
    }

    /// The distance from the targets (Kullback and Leibler) and not the cross-entropy: it is 0 where the model says what the smoothed targets say.
    ///
    /// @param logits    (n, V)
    /// @param smoothing probability that the targets leave to all other words together
    static NDArray caption(NDArray logits, Inputs inputs, double smoothing) {
        long v = logits.getShape().get(1);
        NDArray own = inputs.get("targets").oneHot((int) v); // (n, V)
        NDArray rest = own.neg().add(1f);
        NDArray targets = Scalars.times(own, 1 - smoothing).add(Scalars.times(rest, smoothing / (v - 1)));
        NDArray each = Losses.klTerms(logits, targets).sum(new int[]{1}); // (n)
        Optional<NDArray> step = Optional.ofNullable(inputs.tensors().get("step"));
        if (step.isEmpty() || step.get().toLongArray()[0] <= DROPS_AFTER) {
            return each.mean();
        }
        long kept = (long) (each.size() * (1 - DROPPED));
        NDArray easiest = each.stopGradient().argSort().get(new NDIndex(":{}", kept));
        return Rows.at(each.expandDims(1), easiest).mean();
    }

    /// @param logits (B, B) pictures by texts, pairs on the diagonal
    private static NDArray symmetric(NDArray logits) {
        NDArray own = logits.getManager().arange((int) logits.getShape().get(0)).toType(DataType.INT64, false);
        return Scalars.times(Losses.crossEntropy(logits, own, IGNORED)
                .add(Losses.crossEntropy(logits.transpose(), own, IGNORED)), 0.5);
    }

    /// Binary cross-entropy of each answer by itself, summed over the answers.
    private static NDArray answer(NDArray logits, NDArray targets) {
        return Scalars.times(Losses.binaryRows(logits, targets).mean(), targets.getShape().get(1));
    }
}
