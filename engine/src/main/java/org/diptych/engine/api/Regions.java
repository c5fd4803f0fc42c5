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
}
