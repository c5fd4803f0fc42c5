package org.diptych.app.chart;

/// What a matrix shows of its values.
final class Softmax {
    private Softmax() {
    }

    /// @param values      (rows * cols)
    /// @param temperature what values are divided by before the softmax
    /// @return (rows * cols), the same array for [MatrixChart.Show#RAW]
    static float[] of(MatrixChart.Show show, float[] values, int rows, int cols, double temperature) {
        return switch (show) {
            case RAW -> values;
            case ROWS -> along(values, rows, cols, cols, 1, temperature);
            case COLUMNS -> along(values, cols, rows, 1, cols, temperature);
        };
    }

    /// @param lines  how many softmaxes
    /// @param length numbers in each
    /// @param jump   from a line to the next
    /// @param step   from a number to the next
    private static float[] along(float[] values, int lines, int length, int jump, int step, double temperature) {
        float[] out = new float[values.length];
        for (int line = 0; line < lines; line++) {
            int start = line * jump;
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < length; i++) {
                most = Math.max(most, values[start + i * step]);
            }
            double sum = 0;
            for (int i = 0; i < length; i++) {
                double e = Math.exp((values[start + i * step] - most) / temperature);
                out[start + i * step] = (float) e;
                sum += e;
            }
            for (int i = 0; i < length; i++) {
                out[start + i * step] /= (float) sum;
            }
        }
        return out;
    }
}
