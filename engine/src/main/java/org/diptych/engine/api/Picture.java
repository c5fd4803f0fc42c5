package org.diptych.engine.api;

/// A decoded picture: 8-bit RGB, row by row.
///
/// @param width  pixels
/// @param height pixels
/// @param rgb    `height * width * 3` bytes, (H, W, 3); not to be changed by anyone
/// @param name   the file's name, or how it was made
public record Picture(int width, int height, byte[] rgb, String name) {
    public Picture {
        if (rgb.length != width * height * 3) {
            throw new IllegalArgumentException(rgb.length + " bytes for " + width + "x" + height);
        }
    }
}
