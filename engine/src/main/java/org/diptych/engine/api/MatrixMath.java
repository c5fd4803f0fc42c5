package org.diptych.engine.api;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// What can be told from a matrix of similarities, (N, M) row by row, pictures along the rows. The window, the command line and the trainer use the same.
public final class MatrixMath {
    /// A probability that has become 0 counts as this, so that its logarithm is a number.
    private static final double LEAST = 1e-30;

    private MatrixMath() {
    }

    /// @param rows N vectors, or the same number of vectors for each of N one after another, of which the nearest counts
    /// @param cols M vectors
    /// @return (N, M) inner products
    public static float[] products(List<float[]> rows, List<float[]> cols) {
        float[] out = new float[rows.size() * cols.size()];
        for (int i = 0; i < rows.size(); i++) {
            float[] a = rows.get(i);
            for (int j = 0; j < cols.size(); j++) {
                float[] b = cols.get(j);
                float most = Float.NEGATIVE_INFINITY;
                for (int from = 0; from < a.length; from += b.length) {
                    float sum = 0;
                    for (int k = 0; k < b.length; k++) {
                        sum += a[from + k] * b[k];
                    }
                    most = Math.max(most, sum);
                }
                out[i * cols.size() + j] = most;
            }
        }
        return out;
    }

    /// Probabilities of each row's (or column's) entries after multiplying with `scale`.
    ///
    /// @param byRow true: each row sums to one; false: each column does
    public static float[] softmax(float[] matrix, int rows, int cols, double scale, boolean byRow) {
        float[] out = new float[matrix.length];
        int lines = byRow ? rows : cols;
        int length = byRow ? cols : rows;
        int step = byRow ? 1 : cols;
        for (int line = 0; line < lines; line++) {
            int from = byRow ? line * cols : line;
            double most = Double.NEGATIVE_INFINITY;
            for (int k = 0; k < length; k++) {
                most = Math.max(most, scale * matrix[from + k * step]);
            }
            double sum = 0;
            for (int k = 0; k < length; k++) {
                sum += Math.exp(scale * matrix[from + k * step] - most);
            }
            for (int k = 0; k < length; k++) {
                out[from + k * step] = (float) (Math.exp(scale * matrix[from + k * step] - most) / sum);
            }
        }
        return out;
    }

    /// Mean cross-entropy of a square matrix whose i-th row and i-th column belong together.
    public static double loss(float[] matrix, int n, double scale, boolean byRow) {
        float[] p = softmax(matrix, n, n, scale, byRow);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum -= Math.log(Math.max(LEAST, p[i * n + i]));
        }
        return sum / n;
    }

    /// @param matrix (n, n) scores whose i-th row and i-th column belong together
    /// @return (n) cross-entropy of each pair along its row and along its column, half of each; their mean is that of [#loss] over both
    public static double[] losses(float[] matrix, int n) {
        float[] rows = softmax(matrix, n, n, 1, true);
        float[] cols = softmax(matrix, n, n, 1, false);
        return IntStream.range(0, n)
                .mapToDouble(
                        i -> -(Math.log(Math.max(LEAST, rows[i * n + i])) + Math.log(Math.max(LEAST, cols[i * n + i])))
                                / 2)
                .toArray();
    }

    /// @param k     how many of the best count as found
    /// @param byRow true: pictures look for their texts; false: texts for their pictures
    /// @return part of the n whose own is among the k best; a tie counts against it
    public static double recall(float[] matrix, int n, int k, boolean byRow) {
        int found = 0;
        for (int i = 0; i < n; i++) {
            if (rank(matrix, n, n, i, i, byRow) <= k) {
                found++;
            }
        }
        return (double) found / n;
    }

    /// @return place from 1 of entry (row, col) along its row (or column), ties before it
    public static int rank(float[] matrix, int rows, int cols, int row, int col, boolean byRow) {
        float own = matrix[row * cols + col];
        int better = 0;
        for (int k = 0; k < (byRow ? cols : rows); k++) {
            int at = byRow ? row * cols + k : k * cols + col;
            if (at != row * cols + col && matrix[at] >= own) {
                better++;
            }
        }
        return better + 1;
    }

    /// @return (rows or cols) the largest entry of each row, or of each column
    public static double[] best(float[] matrix, int rows, int cols, boolean byRow) {
        double[] out = new double[byRow ? rows : cols];
        Arrays.fill(out, Double.NEGATIVE_INFINITY);
        for (int i = 0; i < matrix.length; i++) {
            int line = byRow ? i / cols : i % cols;
            out[line] = Math.max(out[line], matrix[i]);
        }
        return out;
    }

    /// @return (n) the scores of the pairs that belong together
    public static double[] own(float[] matrix, int n) {
        return IntStream.range(0, n).mapToDouble(i -> matrix[i * n + i]).toArray();
    }

    /// @return (n) how far the best wrong partner of a pair's picture or text comes above the pair's own score: above zero where it would be chosen
    public static double[] hardness(float[] matrix, int n) {
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            double wrong = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                if (j != i) {
                    wrong = Math.max(wrong, Math.max(matrix[i * n + j], matrix[j * n + i]));
                }
            }
            out[i] = wrong - matrix[i * n + i];
        }
        return out;
    }

    /// @return indices in falling order of `values`, equal ones in their old order
    public static int[] order(double[] values) {
        return IntStream.range(0, values.length).boxed().sorted(Comparator.comparingDouble((Integer i) -> -values[i]))
                .mapToInt(Integer::intValue).toArray();
    }

    /// @return the index of the largest value
    public static int peak(float[] values) {
        return IntStream.range(0, values.length).reduce((a, b) -> values[b] > values[a] ? b : a).orElse(-1);
    }
}
