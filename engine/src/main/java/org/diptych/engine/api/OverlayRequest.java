package org.diptych.engine.api;

import java.nio.file.Path;

/// A heat map over a picture, to be written as PNG without any text (a bare machine has no fonts).
///
/// @param view   the part of the picture under the map, in its pixels
/// @param values (rows * cols)
/// @param colours id of a [ColorMap]
/// @param side   longer side of the file in pixels
public record OverlayRequest(Picture picture, Box view, int rows, int cols, float[] values, String colours, int side,
        Path out) {
}
