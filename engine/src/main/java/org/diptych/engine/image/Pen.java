package org.diptych.engine.image;

import java.util.Optional;

/// Draws lines and words on a sheet of a size, in its units; on a [RasterSheet] or an [SvgSheet].
public interface Pen {
    enum Align {
        START, MIDDLE, END
    }

    /// @param width of the line
    /// @param dash  length of dashes and gaps
    record Ink(int rgb, double opacity, double width, Optional<Double> dash) {
        public static Ink of(int rgb, double width) {
            return new Ink(rgb, 1, width, Optional.empty());
        }
    }

    /// @param x (n) from the left
    /// @param y (n) from the top
    void line(double[] x, double[] y, Ink ink);

    void dot(double x, double y, double radius, int rgb);

    /// @param y of the base line
    void text(double x, double y, String text, double size, int rgb, Align align);

    /// Draws only inside a rectangle until [#everywhere].
    void inside(double x, double y, double width, double height);

    void everywhere();
}
