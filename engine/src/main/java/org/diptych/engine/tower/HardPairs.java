package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
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
    /// @return scalar
    public NDArray loss(NDArray logits) {
        int all = (int) logits.getShape().get(0);
        long[] labels = new long[all];
        java.util.Arrays.fill(labels, 0, all / 3, 1);
        return Losses.crossEntropy(logits, logits.getManager().create(labels), NONE);
    }
}
