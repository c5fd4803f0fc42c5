package org.diptych.engine.api;

import java.util.List;

/// N pictures against M texts.
///
/// @param rows        N
/// @param cols        M
/// @param similarity  (N, M) row by row: cosines of two vectors, or match probabilities
/// @param scale       what the similarity is multiplied with before a softmax (1 / temperature)
/// @param probability true when `similarity` holds match probabilities of single pairs
/// @param truncated   indices of texts that were longer than the context
public record ContrastResult(int rows, int cols, float[] similarity, double scale, boolean probability,
        List<Integer> truncated) {
    /// @return which number fills the matrix
    public PairScore score() {
        return probability ? PairScore.MATCH : PairScore.SIMILARITY;
    }

    public float at(int row, int col) {
        return similarity[row * cols + col];
    }
}
