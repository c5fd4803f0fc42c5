package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/// Learned positions of a square patch grid brought to another grid, as ALBEF and BLIP do it (`interpolate_pos_embed`): the leading rows stay, the grid is
/// interpolated by cubic convolution (Keys 1981, a = -0.75, half-pixel centres, edge clamped), which is libtorch's `bicubic` without antialiasing.
///
/// @param prefix leading rows that belong to no patch (the class token)
/// @param rows   of the model's grid
/// @param cols   of the model's grid
public record PositionGrid(int prefix, int rows, int cols) {
    private static final double A = -0.75;

    /// @param table (prefix + G*G, D) or (1, prefix + G*G, D)
    /// @return the same with this grid's rows; nothing when the table holds neither these rows nor a square grid
    Optional<long[]> shape(long[] table) {
        int axis = table.length - 2;
        if (axis < 0 || axis > 1 || axis == 1 && table[0] != 1 || !fits(table[axis]) && side(table[axis]) < 1) {
            return Optional.empty();
        }
        long[] out = table.clone();
        out[axis] = prefix + (long) rows * cols;
        return Optional.of(out);
    }

    private boolean fits(long count) {
        return count == prefix + (long) rows * cols;
    }

    private int side(long count) {
        int side = (int) Math.round(Math.sqrt(Math.max(0, count - prefix)));
        return (long) side * side == count - prefix ? side : 0;
    }

    /// @param table fp32, of a shape that [#shape] takes
    /// @return the table itself when it has as many rows as this grid
    NDArray apply(NDArray table) {
        long[] shape = table.getShape().getShape();
        int axis = shape.length - 2;
        if (fits(shape[axis])) {
            return table;
        }
        int side = side(shape[axis]);
        int width = (int) shape[axis + 1];
        float[] from = table.toFloatArray();
        float[] to = new float[(prefix + rows * cols) * width];
        System.arraycopy(from, 0, to, 0, prefix * width);
        for (int r = 0; r < rows; r++) {
            double[] down = weights(r, rows, side);
            int top = first(r, rows, side);
            for (int c = 0; c < cols; c++) {
                double[] across = weights(c, cols, side);
                int left = first(c, cols, side);
                int at = (prefix + r * cols + c) * width;
                for (int i = 0; i < 16; i++) {
                    int y = Math.clamp(top + i / 4, 0, side - 1);
                    int x = Math.clamp(left + i % 4, 0, side - 1);
                    double weight = down[i / 4] * across[i % 4];
                    int source = (prefix + y * side + x) * width;
                    for (int d = 0; d < width; d++) {
                        to[at + d] += (float) (weight * from[source + d]);
                    }
                }
            }
        }
        return table.getManager().create(to, new Shape(shape(shape).orElseThrow()));
    }

    private static double centre(int index, int to, int from) {
        return (index + 0.5) * from / to - 0.5;
    }

    private static int first(int index, int to, int from) {
        return (int) Math.floor(centre(index, to, from)) - 1;
    }

    private static double[] weights(int index, int to, int from) {
        double centre = centre(index, to, from);
        double t = centre - Math.floor(centre);
        return new double[]{far(t + 1), near(t), near(1 - t), far(2 - t)};
    }

    private static double near(double x) {
        return ((A + 2) * x - (A + 3)) * x * x + 1;
    }

    private static double far(double x) {
        return ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;
    }
}
