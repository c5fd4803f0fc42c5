package org.diptych.app.chart;

import java.nio.IntBuffer;
import java.util.Arrays;
import javafx.scene.image.Image;
import javafx.scene.image.PixelBuffer;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import org.diptych.engine.api.ColorMap;

/// A matrix as one image of flat cells of whole pixels: how few pixels are stretched to many differs between graphics pipelines.
final class MatrixPixels {
    private MatrixPixels() {
    }

    /// @param low  value at the scale's low end
    /// @param high value at its high end
    record Range(double low, double high) {
        static Range of(float[] values) {
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            for (float v : values) {
                low = Math.min(low, v);
                high = Math.max(high, v);
            }
            return new Range(low, high);
        }

        double place(float value) {
            return high > low ? (value - low) / (high - low) : 0;
        }
    }

    /// @param values   (rows * cols) in the items' own order
    /// @param rowOrder the item in each row from the top
    /// @param colOrder the item in each column from the left
    /// @param side     pixels a cell
    static Image image(float[] values, int[] rowOrder, int[] colOrder, Range range, ColorMap map,
            int side) {
        int width = side * colOrder.length;
        int[] out = new int[width * side * rowOrder.length];
        for (int r = 0; r < rowOrder.length; r++) {
            int line = r * side * width;
            for (int c = 0; c < colOrder.length; c++) {
                float value = values[rowOrder[r] * colOrder.length + colOrder[c]];
                Arrays.fill(out, line + c * side, line + (c + 1) * side, 0xff000000 | map.rgb(range.place(value)));
            }
            for (int copy = 1; copy < side; copy++) {
                System.arraycopy(out, line, out, line + copy * width, width);
            }
        }
        return new WritableImage(new PixelBuffer<>(width, side * rowOrder.length, IntBuffer.wrap(out),
                PixelFormat.getIntArgbPreInstance()));
    }
}
