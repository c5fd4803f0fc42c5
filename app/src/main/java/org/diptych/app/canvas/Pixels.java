package org.diptych.app.canvas;

import java.nio.IntBuffer;
import javafx.scene.image.Image;
import javafx.scene.image.PixelBuffer;
import javafx.scene.image.PixelFormat;
import javafx.scene.image.WritableImage;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.Picture;

/// Pictures and maps as JavaFX images, by way of a pixel buffer: the quickest of the three ways that JavaFX offers.
public final class Pixels {
    /// No canvas is larger than this, so no more of a picture need reach it.
    private static final int MOST = 1600;

    private Pixels() {
    }

    /// @param argb (height * width) 0xAARRGGBB, premultiplied; not copied
    public static Image image(int width, int height, int[] argb) {
        return new WritableImage(
                new PixelBuffer<>(width, height, IntBuffer.wrap(argb), PixelFormat.getIntArgbPreInstance()));
    }

    /// @param grey 0 = the picture's own colours, 1 = grey and dimmed, so that a map over it is the only colour
    public static Image image(Picture picture, double grey) {
        int step = Math.max(1, Math.max(picture.width(), picture.height()) / MOST);
        int w = Math.max(1, picture.width() / step);
        int h = Math.max(1, picture.height() / step);
        int[] out = new int[w * h];
        byte[] rgb = picture.rgb();
        for (int y = 0; y < h; y++) {
            int in = y * step * picture.width() * 3;
            for (int x = 0; x < w; x++, in += 3 * step) {
                int r = rgb[in] & 255;
                int g = rgb[in + 1] & 255;
                int b = rgb[in + 2] & 255;
                // luma of Rec. 601, dimmed to seven tenths
                double dim = 0.7 * (0.299 * r + 0.587 * g + 0.114 * b);
                out[y * w + x] = 0xff000000 | mix(r, dim, grey) << 16 | mix(g, dim, grey) << 8 | mix(b, dim, grey);
            }
        }
        return image(w, h, out);
    }

    public static Image image(Picture picture) {
        return image(picture, 0);
    }

    /// @return the image's pixels over white, as from the clipboard
    public static Picture picture(Image image, String name) {
        int w = (int) image.getWidth();
        int h = (int) image.getHeight();
        int[] argb = new int[w * h];
        image.getPixelReader().getPixels(0, 0, w, h, PixelFormat.getIntArgbInstance(), argb, 0, w);
        byte[] rgb = new byte[w * h * 3];
        for (int i = 0; i < argb.length; i++) {
            int alpha = argb[i] >>> 24;
            for (int c = 0; c < 3; c++) {
                int own = argb[i] >> 16 - 8 * c & 255;
                rgb[i * 3 + c] = (byte) ((own * alpha + 255 * (255 - alpha)) / 255);
            }
        }
        return new Picture(w, h, rgb, name);
    }

    private static int mix(int own, double dim, double grey) {
        return (int) Math.round(own + (dim - own) * grey);
    }

    /// Draws a map with `factor` pixels a cell side, so that nothing depends on how a graphics pipeline stretches a few pixels.
    ///
    /// @param values (rows * cols); where it is not a number the map has a hole
    /// @param smooth bilinear between the cells' centres instead of flat cells
    public static Image heat(int rows, int cols, float[] values, Range range, ColorMap map, int factor,
            boolean smooth) {
        int w = cols * factor;
        int h = rows * factor;
        int[] out = new int[w * h];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                double value = smooth
                        ? between(values, rows, cols, (y + 0.5) / factor - 0.5, (x + 0.5) / factor - 0.5)
                        : values[y / factor * cols + x / factor];
                out[y * w + x] = Double.isNaN(value) ? 0 : 0xff000000 | range.rgb(value, map);
            }
        }
        return image(w, h, out);
    }

    /// Bilinear between the centres of cells; the rim repeats.
    private static double between(float[] values, int rows, int cols, double row, double col) {
        double r = Math.clamp(row, 0, rows - 1);
        double c = Math.clamp(col, 0, cols - 1);
        int r0 = (int) r;
        int c0 = (int) c;
        int r1 = Math.min(rows - 1, r0 + 1);
        int c1 = Math.min(cols - 1, c0 + 1);
        double top = values[r0 * cols + c0] * (1 - (c - c0)) + values[r0 * cols + c1] * (c - c0);
        double bottom = values[r1 * cols + c0] * (1 - (c - c0)) + values[r1 * cols + c1] * (c - c0);
        return top * (1 - (r - r0)) + bottom * (r - r0);
    }
}
