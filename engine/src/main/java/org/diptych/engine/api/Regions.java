package org.diptych.engine.api;

import java.util.List;

/// Boxes of one picture with their features, as region models read them.
///
/// @param boxes    N boxes in pixels
/// @param features (N, D)
/// @param labels   N names, or empty when unknown
public record Regions(List<Box> boxes, float[][] features, List<String> labels) {
    public Regions {
        boxes = List.copyOf(boxes);
        labels = List.copyOf(labels);
    }

    /// Values of boxes as a fine grid over a picture, for where nothing but grids can be drawn.
    ///
    /// @param values one a box
    /// @param view   what the grid covers
    /// @return (rows * cols) in each cell the greatest value of the boxes over its middle, not a number where there is none
    public static float[] spread(List<Box> boxes, float[] values, Box view, int rows, int cols) {
        float[] out = new float[rows * cols];
        for (int i = 0; i < out.length; i++) {
            float x = view.x1() + (i % cols + 0.5f) * view.width() / cols;
            float y = view.y1() + (i / cols + 0.5f) * view.height() / rows;
            out[i] = Float.NaN;
            for (int b = 0; b < values.length; b++) {
                if (boxes.get(b).contains(x, y) && !(values[b] <= out[i])) {
                    out[i] = values[b];
                }
            }
        }
        return out;
    }
}
