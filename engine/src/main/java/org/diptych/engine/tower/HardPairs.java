package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Staging;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Rows;

/// Mismatched pairs that are hard to tell apart: each text with a wrong picture, then each picture with a wrong text (ALBEF section 3.2; BLIP section 3.2).
///
/// @param wrongPictures int64 (B) for each text the number of a picture
/// @param wrongTexts    int64 (B) for each picture the number of a text
public record HardPairs(NDArray wrongPictures, NDArray wrongTexts) {
    private static final int NONE = -100;

    /// @param pictures (B, N, D)
    /// @return (2B, N, D)
    public NDArray pictures(NDArray pictures) {
        return NDArrays.concat(new NDList(Rows.samples(pictures, wrongPictures), pictures), 0);
    }

    /// @param texts (B, T, D)
    /// @return (2B, T, D)
    public NDArray texts(NDArray texts) {
        return NDArrays.concat(new NDList(texts, Rows.samples(texts, wrongTexts)), 0);
    }

    /// @param rows int64 (B, T)
    /// @return int64 (2B, T)
    public NDArray rows(NDArray rows) {
        return rows.concat(rows.get(wrongTexts), 0);
    }

    /// @param logits (3B, 2) of mismatch and match: the true pairs, then these
    public static Guess guess(NDArray logits) {
        int all = (int) logits.getShape().get(0);
        long[] labels = new long[all];
        java.util.Arrays.fill(labels, 0, all / 3, 1);
        return new Guess(logits, Staging.longs(logits.getManager(), labels, new Shape(all)));
    }

    /// @param logits (3B, 2) of mismatch and match: the true pairs, then these
    /// @return scalar
    public NDArray loss(NDArray logits) {
        Guess guess = guess(logits);
        return Losses.crossEntropy(logits, guess.labels(), NONE);
    }

    /// The pairs that the inputs name (`image_neg_idx`, `text_neg_idx`); without names they are drawn from what the contrast finds alike, by `negative_draws` (2, B), uniform
    /// numbers from 0 to 1.
    public static HardPairs of(Inputs inputs, MomentumContrast contrast) {
        if (inputs.has("image_neg_idx")) {
            return new HardPairs(inputs.get("image_neg_idx"), inputs.get("text_neg_idx"));
        }
        return drawn(contrast.toPictures(), contrast.toTexts(), inputs.get("negative_draws"));
    }

    /// @param toPictures (B, B) or more columns: logits of each text against the pictures, those of this batch first
    /// @param toTexts    of each picture against the texts
    /// @param draws      (2, B) uniform numbers from 0 to 1
    public static HardPairs drawn(NDArray toPictures, NDArray toTexts, NDArray draws) {
        return new HardPairs(drawn(toPictures, draws.get(0)), drawn(toTexts, draws.get(1)));
    }

    /// @param similarity (B, B + Q) logits against this batch and what came before
    /// @param draws      (B)
    /// @return int64 (B) numbers in the batch, never the own one
    private static NDArray drawn(NDArray similarity, NDArray draws) {
        int b = (int) similarity.getShape().get(0);
        float[] likely = similarity.stopGradient().get(new NDIndex(":, :{}", b)).softmax(1).toFloatArray();
        float[] uniform = draws.toFloatArray();
        long[] out = new long[b];
        for (int i = 0; i < b; i++) {
            double sum = 0;
            for (int j = 0; j < b; j++) {
                sum += j == i ? 0 : likely[i * b + j];
            }
            double rest = uniform[i] * sum;
            int chosen = (i + 1) % b; // where all others are as good as impossible
            for (int j = 0; j < b && rest >= 0 && sum > 0; j++) {
                if (j != i && likely[i * b + j] > 0) {
                    chosen = j;
                    rest -= likely[i * b + j];
                }
            }
            out[i] = chosen;
        }
        return Staging.longs(similarity.getManager(), out, new Shape(b));
    }
}
