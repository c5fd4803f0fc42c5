package org.diptych.engine.image;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Picture;

/// What a model wants done to a picture before it looks at it: make it a square where the model wants one, resize as PIL does, crop the middle, normalise. Facts only; a checkpoint
/// folder's `preprocessor_config.json` may change them ([PreprocessConfig]).
///
/// @param sizing    how the size changes
/// @param filter    the kernel of the resize
/// @param crop      the part kept from the middle, if not all
/// @param normalise what happens to the values
/// @param padded    true when a picture first becomes a square: its short side grows on both ends, in the mean colour, so that no crop takes anything away (LLaVA-1.5, `expand2square`)
public record Preprocess(Sizing sizing, Filter filter, Optional<Crop> crop, Normalise normalise, boolean padded) {
    private static final int CHANNELS = 3;

    /// A picture keeps its proportions until it is resized.
    public Preprocess(Sizing sizing, Filter filter, Optional<Crop> crop, Normalise normalise) {
        this(sizing, filter, crop, normalise, false);
    }

    /// A cut from the middle; what lies outside the picture is black.
    ///
    /// @param floor which pixel a middle between two falls on: true for the earlier one (Hugging Face), false for the even one
    ///              (torchvision, which the original CLIP used)
    public record Crop(int width, int height, boolean floor) {
        int offset(int side, int kept) {
            return floor ? Math.floorDiv(side - kept, 2) : (int) Math.rint((side - kept) / 2.0);
        }
    }

    /// A picture as one model sees it.
    ///
    /// @param values (3, height, width), normalised
    /// @param view   the part of the original picture that can be seen, in its pixels
    public record Result(float[] values, int width, int height, Box view) {
    }

    /// Several pictures of different sizes in one block.
    ///
    /// @param values (B, 3, height, width); beside and below a smaller picture lie zeros, put there after the normalisation
    /// @param mask   (B, height, width), 1 where there is a picture
    public record Batch(float[] values, long[] mask, int size, int width, int height) {
    }

    /// @return CLIP's own: short side to `side`, a square of `side` from the middle
    public static Preprocess clip(int side) {
        return new Preprocess(new Sizing.ShortSide(side), Filter.BICUBIC, Optional.of(new Crop(side, side, false)),
                Normalise.CLIP);
    }

    /// @return the whole picture squeezed into a square
    public static Preprocess square(int side, Normalise normalise) {
        return new Preprocess(new Sizing.Exact(side, side), Filter.BICUBIC, Optional.empty(), normalise);
    }

    /// @return ViLT's own: proportions nearly kept, both sides multiples of 32
    public static Preprocess vilt(int shorter) {
        return new Preprocess(Sizing.MinMax.vilt(shorter), Filter.BICUBIC, Optional.empty(), Normalise.HALF);
    }

    /// @return the same for pictures that first become squares, or not
    public Preprocess padding(boolean squares) {
        return new Preprocess(sizing, filter, crop, normalise, squares);
    }

    public Result apply(Picture picture) {
        if (!padded || picture.width() == picture.height()) {
            return fitted(picture);
        }
        int side = Math.max(picture.width(), picture.height());
        int left = (side - picture.width()) / 2;
        int top = (side - picture.height()) / 2;
        Result seen = fitted(square(picture, side, left, top));
        Box view = seen.view;
        return new Result(seen.values, seen.width, seen.height,
                new Box(view.x1() - left, view.y1() - top, view.x2() - left, view.y2() - top));
    }

    private Picture square(Picture picture, int side, int left, int top) {
        byte[] rgb = new byte[side * side * CHANNELS];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (normalise.mean().get(i % CHANNELS) * 255);
        }
        for (int row = 0; row < picture.height(); row++) {
            System.arraycopy(picture.rgb(), row * picture.width() * CHANNELS, rgb,
                    ((top + row) * side + left) * CHANNELS, picture.width() * CHANNELS);
        }
        return new Picture(side, side, rgb, picture.name());
    }

    private Result fitted(Picture picture) {
        Sizing.Size whole = sizing.target(picture.width(), picture.height());
        Crop cut = crop.orElse(new Crop(whole.width(), whole.height(), true));
        int left = cut.offset(whole.width(), cut.width);
        int top = cut.offset(whole.height(), cut.height);
        int x = Math.max(0, left);
        int y = Math.max(0, top);
        Resize.Window seen = new Resize.Window(x, y, Math.min(whole.width(), left + cut.width) - x,
                Math.min(whole.height(), top + cut.height) - y);
        byte[] pixels = Resize.apply(picture.rgb(), picture.height(), picture.width(), whole.height(), whole.width(),
                seen,
                filter); // (seen.height, seen.width, 3)
        float[] values = new float[3 * cut.height * cut.width]; // (3, H, W)
        for (int c = 0; c < 3; c++) {
            float[] table = normalise.table(c);
            int plane = c * cut.height * cut.width;
            Arrays.fill(values, plane, plane + cut.height * cut.width, table[0]);
            for (int row = 0; row < seen.height(); row++) {
                int to = plane + (row + y - top) * cut.width + x - left;
                int from = row * seen.width() * 3 + c;
                for (int column = 0; column < seen.width(); column++) {
                    values[to + column] = table[pixels[from + column * 3] & 0xff];
                }
            }
        }
        float perX = (float) picture.width() / whole.width();
        float perY = (float) picture.height() / whole.height();
        Box view = new Box(left * perX, top * perY, (left + cut.width) * perX, (top + cut.height) * perY);
        return new Result(values, cut.width, cut.height, view);
    }

    /// @return the whole picture after the resize, before the crop
    public Picture resized(Picture picture) {
        Sizing.Size size = sizing.target(picture.width(), picture.height());
        byte[] pixels = Resize.apply(picture.rgb(), picture.height(), picture.width(), size.height(), size.width(),
                new Resize.Window(0, 0, size.width(), size.height()), filter);
        return new Picture(size.width(), size.height(), pixels, picture.name());
    }

    /// @param results at least one
    /// @return them padded right and below to the largest height and width among them
    public static Batch batch(List<Result> results) {
        int height = results.stream().mapToInt(Result::height).max().orElseThrow();
        int width = results.stream().mapToInt(Result::width).max().orElseThrow();
        float[] values = new float[results.size() * 3 * height * width]; // (B, 3, H, W)
        long[] mask = new long[results.size() * height * width]; // (B, H, W)
        for (int b = 0; b < results.size(); b++) {
            Result one = results.get(b);
            for (int line = 0; line < 3 * one.height; line++) {
                int c = line / one.height;
                int y = line % one.height;
                System.arraycopy(one.values, line * one.width, values, ((b * 3 + c) * height + y) * width, one.width);
            }
            for (int y = 0; y < one.height; y++) {
                int from = (b * height + y) * width;
                Arrays.fill(mask, from, from + one.width, 1);
            }
        }
        return new Batch(values, mask, results.size(), width, height);
    }
}
