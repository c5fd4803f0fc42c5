package org.diptych.engine.models.vilbert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Staging;
import org.diptych.engine.nn.Losses;

/// ViLBERT's objectives (section 3.1; vilbert-multi-task `vilbert.py`, `BertForMultiModalPreTraining`).
record VilbertLosses(VilbertModel model) {
    static final String MASKED_WORDS = "masked_lm";
    static final String MASKED_REGIONS = "masked_region_kl";
    /// Label 0 says that picture and sentence belong together, as BERT's next-sentence label does; other models have it the other way round.
    static final String ALIGNMENT = "alignment";
    static final String ANSWER = "vqa_bce_times_n";
    private static final int IGNORED = -1;

    NDArray loss(String objective, VilbertStreams.States states, Inputs inputs) {
        return switch (objective) {
            case MASKED_WORDS -> Losses.crossEntropy(model.heads().words(states), inputs.get("masked_lm_labels"),
                    IGNORED);
            case MASKED_REGIONS -> regions(states, inputs);
            case ALIGNMENT -> Losses.crossEntropy(model.heads().match(states), inputs.get("next_sentence_label"),
                    IGNORED);
            case ANSWER -> answer(model.heads().answers(states), inputs);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    private static NDArray masked(Inputs inputs) {
        return inputs.get("image_label").eq(1).toType(DataType.FLOAT32, false); // (B, N)
    }

    /// Divergence from the detector's classes, summed over masked regions, per masked region; the whole picture's token is left out.
    private NDArray regions(VilbertStreams.States states, Inputs inputs) {
        NDArray logits = model.heads().regions(states).get(new NDIndex(":, 1:"));
        NDArray each = Losses.klTerms(logits, inputs.get("image_target")).sum(new int[]{-1}); // (B, N)
        NDArray mask = masked(inputs);
        return each.mul(mask).sum().div(mask.sum().maximum(1f));
    }

    /// The variant that tells features instead of classes: mean squared error over masked regions and dimensions.
    ///
    /// @param told (B, 1 + N, F)
    static NDArray features(NDArray told, Inputs inputs) {
        NDArray mask = masked(inputs);
        NDArray off = told.get(new NDIndex(":, 1:")).sub(inputs.get("image_target_feat")).square()
                .mul(mask.expandDims(2));
        long width = told.getShape().get(2);
        return off.sum().div(mask.sum().mul((float) width).maximum(1f));
    }

    private static NDArray answer(NDArray logits, Inputs inputs) {
        NDArray targets = inputs.has("vqa_targets")
                ? inputs.get("vqa_targets")
                : sparse(logits, inputs.get("vqa_target_index"), inputs.get("vqa_target_score"));
        return Scalars.times(Losses.binaryRows(logits, targets).mean(), logits.getShape().get(1));
    }

    /// @param index int64 (n, 2) row and answer
    /// @param score (n)
    private static NDArray sparse(NDArray logits, NDArray index, NDArray score) {
        Shape shape = logits.getShape();
        float[] values = new float[(int) shape.size()];
        long[] at = index.toLongArray();
        float[] scores = score.toFloatArray();
        for (int i = 0; i < scores.length; i++) {
            values[(int) (at[2 * i] * shape.get(1) + at[2 * i + 1])] = scores[i];
        }
        return Staging.floats(logits.getManager(), values, shape);
    }
}
