package org.diptych.engine.image;

/// How a model wants a picture's size changed before a crop.
public sealed interface Sizing {
    /// @return target size of a picture
    Size target(int width, int height);

    /// A size in pixels.
    record Size(int width, int height) {
    }

    /// The short side becomes `side`, the long side `floor(side * long / short)` (CLIP).
    record ShortSide(int side) implements Sizing {
        @Override
        public Size target(int width, int height) {
            int longer = (int) ((double) ((long) side * Math.max(width, height)) / Math.min(width, height));
            return width <= height ? new Size(side, longer) : new Size(longer, side);
        }
    }

    /// Both sides become what is given, whatever the picture's proportions (BLIP, ALBEF, BEiT-3).
    record Exact(int width, int height) implements Sizing {
        @Override
        public Size target(int ignoredWidth, int ignoredHeight) {
            return new Size(width, height);
        }
    }

    /// The short side becomes `shorter` unless the long side would pass `longer`; then both are floored to a multiple of `divisor`
    /// (ViLT's `MinMaxResize`). A side never falls below one `divisor`: the reference cannot read a picture that thin at all.
    record MinMax(int shorter, int longer, int divisor) implements Sizing {
        /// @return ViLT's rule, whose longer bound is 1333/800 of the shorter
        public static MinMax vilt(int shorter) {
            return new MinMax(shorter, (int) (1333.0 / 800.0 * shorter), 32);
        }

        @Override
        public Size target(int width, int height) {
            double scale = (double) shorter / Math.min(width, height);
            double newHeight = height < width ? shorter : scale * height;
            double newWidth = height < width ? scale * width : shorter;
            if (Math.max(newHeight, newWidth) > longer) {
                double shrink = longer / Math.max(newHeight, newWidth);
                newHeight *= shrink;
                newWidth *= shrink;
            }
            return new Size(floor(newWidth), floor(newHeight));
        }

        private int floor(double side) {
            return Math.max(divisor, (int) (side + 0.5) / divisor * divisor);
        }
    }
}
