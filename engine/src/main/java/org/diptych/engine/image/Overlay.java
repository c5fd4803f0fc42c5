package org.diptych.engine.image;

import org.diptych.engine.api.Box;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.Picture;

/// Draws heat maps without a window: over a picture, dimmed and grey so that its own colours do not fight the map, or as a plain grid of cells.
///
/// @param map     colours
/// @param opacity 0 shows the picture only, 1 the map only
/// @param smooth  true to blend between the middles of the cells, false to show the cells as they are
public record Overlay(ColorMap map, double opacity, boolean smooth) {
    /// Small pictures are enlarged by a whole factor until a side has at least this many pixels.
    private static final int READABLE = 448;
    private static final double DIM = 0.75;

    public Overlay {
        if (!(opacity >= 0 && opacity <= 1)) {
            throw new IllegalArgumentException("opacity " + opacity);
        }
    }

    /// What value stands at which end of the colours.
    public record Range(double low, double high) {
        /// @return from the smallest to the largest value; for a diverging map symmetric around zero. What is not a number does not count
        public static Range of(float[] values, ColorMap map) {
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            for (float value : values) {
                if (Float.isFinite(value)) {
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
            if (low > high) {
                return new Range(0, 1);
            }
            double far = Math.max(Math.abs(low), Math.abs(high));
            return map.diverging() ? new Range(-far, far) : new Range(low, high);
        }

        /// @return 0 at the low end, 1 at the high end; a range without width is its own low end, or the middle when it lies around zero
        double place(double value) {
            return high > low ? (value - low) / (high - low) : low == 0 && high == 0 ? 0.5 : 0;
        }
    }

    /// @param values (grid.rows, grid.cols)
    /// @return the picture, enlarged if it was small, with the map over what the model saw of it
    public Picture draw(Picture picture, float[] values, PatchGrid grid) {
        return draw(picture, values, grid, Range.of(values, map));
    }

    /// @param values (grid.rows, grid.cols)
    /// @param range  the ends of the colours, so that several maps can be compared
    public Picture draw(Picture picture, float[] values, PatchGrid grid, Range range) {
        if (values.length != grid.size()) {
            throw new IllegalArgumentException(values.length + " values for " + grid.rows() + "x" + grid.cols());
        }
        int zoom = Math.max(1, READABLE / Math.max(picture.width(), picture.height()));
        int width = picture.width() * zoom;
        int height = picture.height() * zoom;
        byte[] out = new byte[width * height * 3];
        Box view = grid.view();
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int from = (y / zoom * picture.width() + x / zoom) * 3;
                int grey = grey(picture.rgb(), from);
                float px = (x + 0.5f) / zoom;
                float py = (y + 0.5f) / zoom;
                int colour = grey;
                if (view.contains(px, py)) {
                    double value = value(values, grid, (px - view.x1()) / view.width() * grid.cols(),
                            (py - view.y1()) / view.height() * grid.rows());
                    if (!Double.isNaN(value)) {
                        colour = ColorMap.mix(grey, map.rgb(range.place(value)), opacity);
                    }
                }
                put(out, (y * width + x) * 3, colour);
            }
        }
        return new Picture(width, height, out, picture.name());
    }

    /// @param values (rows, cols)
    /// @param cell   pixels a side of a cell
    /// @return the values as a table of colours, without a picture; cells that are not a number are white
    public Picture table(float[] values, int rows, int cols, int cell) {
        Range range = Range.of(values, map);
        byte[] out = new byte[rows * cell * cols * cell * 3];
        for (int y = 0; y < rows * cell; y++) {
            for (int x = 0; x < cols * cell; x++) {
                float value = values[y / cell * cols + x / cell];
                put(out, (y * cols * cell + x) * 3, Float.isNaN(value) ? 0xffffff : map.rgb(range.place(value)));
            }
        }
        return new Picture(cols * cell, rows * cell, out, "table");
    }

    private double value(float[] values, PatchGrid grid, double x, double y) {
        if (!smooth) {
            int row = Math.clamp((int) y, 0, grid.rows() - 1);
            int col = Math.clamp((int) x, 0, grid.cols() - 1);
            return values[row * grid.cols() + col];
        }
        double left = Math.clamp(x - 0.5, 0, grid.cols() - 1);
        double top = Math.clamp(y - 0.5, 0, grid.rows() - 1);
        int col = (int) left;
        int row = (int) top;
        int nextCol = Math.min(col + 1, grid.cols() - 1);
        int nextRow = Math.min(row + 1, grid.rows() - 1);
        double above = mix(values[row * grid.cols() + col], values[row * grid.cols() + nextCol], left - col);
        double below = mix(values[nextRow * grid.cols() + col], values[nextRow * grid.cols() + nextCol], left - col);
        return mix(above, below, top - row);
    }

    private static double mix(double a, double b, double share) {
        return share == 0 ? a : a + (b - a) * share;
    }

    private static int grey(byte[] rgb, int at) {
        double light = 0.299 * (rgb[at] & 0xff) + 0.587 * (rgb[at + 1] & 0xff) + 0.114 * (rgb[at + 2] & 0xff);
        int grey = (int) Math.round(light * DIM);
        return grey << 16 | grey << 8 | grey;
    }

    private static void put(byte[] out, int at, int colour) {
        out[at] = (byte) (colour >> 16);
        out[at + 1] = (byte) (colour >> 8);
        out[at + 2] = (byte) colour;
    }
}
