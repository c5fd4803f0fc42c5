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

    /// Scales down by averaging; of a photo of many megapixels a window needs no more than it can show.
    ///
    /// @param most the longer side's pixels at most
    /// @return the same picture when it is small enough
    public Picture fit(int most) {
        double scale = (double) most / Math.max(width, height);
        if (scale >= 1) {
            return this;
        }
        int w = Math.max(1, (int) Math.round(width * scale));
        int h = Math.max(1, (int) Math.round(height * scale));
        byte[] out = new byte[w * h * 3];
        for (int y = 0; y < h; y++) {
            int y0 = (int) ((long) y * height / h);
            int y1 = Math.max(y0 + 1, (int) ((y + 1L) * height / h));
            for (int x = 0; x < w; x++) {
                int x0 = (int) ((long) x * width / w);
                int x1 = Math.max(x0 + 1, (int) ((x + 1L) * width / w));
                average(x0, y0, x1, y1, out, (y * w + x) * 3);
            }
        }
        return new Picture(w, h, out, name);
    }

    private void average(int x0, int y0, int x1, int y1, byte[] out, int at) {
        for (int channel = 0; channel < 3; channel++) {
            long sum = 0;
            for (int y = y0; y < y1; y++) {
                for (int x = x0; x < x1; x++) {
                    sum += rgb[(y * width + x) * 3 + channel] & 255;
                }
            }
            out[at + channel] = (byte) (sum / ((long) (y1 - y0) * (x1 - x0)));
        }
    }
}
