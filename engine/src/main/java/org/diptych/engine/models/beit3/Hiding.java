package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Staging;

/// Which words of a caption are hidden, and what hidden patches are asked for where no file tells it.
final class Hiding {
    private static final double CAPTION = 0.7;
    private static final double MASKED = 0.8;
    private static final double KEPT = 0.1;
    /// Normalised pixels lie between these.
    private static final double REACH = 2;

    private Hiding() {
    }

    /// A caption with seven tenths of its places hidden, the end among those that may be: of the hidden 80 % become the mask, 10 % stay, 10 % become another word
    /// (microsoft/unilm `beit3/datasets.py`, `CaptioningDataset`).
    ///
    /// @param ids    of the caption, begin and end included; those chosen are changed
    /// @param hidden 1 is written where the model has to tell
    static void caption(long[] ids, long[] hidden, Lexicon words, double draw) {
        SplittableRandom dice = new SplittableRandom(Double.doubleToLongBits(draw));
        int count = Math.max(1, Math.min((int) (ids.length * CAPTION + 0.5), ids.length - 1));
        for (int done = 0; done < count && ids.length > 1;) {
            int place = 1 + dice.nextInt(ids.length - 1);
            if (hidden[place] == 0) {
                hidden[place] = 1;
                double chance = dice.nextDouble();
                if (chance < MASKED) {
                    ids[place] = words.mask();
                } else if (chance >= MASKED + KEPT) {
                    ids[place] = dice.nextInt(words.first(), words.last());
                }
                done++;
            }
        }
    }

    /// A codebook without a tokenizer of pictures: a patch's code is its mean colour, each channel in equal steps. BEiT-3's own codes come from BEiT v2's tokenizer, see [PictureTokenizer].
    ///
    /// @param pixels (B, 3, H, W) normalised
    /// @param patch  side of a patch
    /// @param codes  how many there are; the largest cube below it is used
    /// @return int64 (B, N)
    static NDArray colours(NDArray pixels, int patch, int codes) {
        Shape shape = pixels.getShape();
        long b = shape.get(0);
        long grid = shape.get(2) / patch;
        NDArray means = pixels.reshape(b, 3, grid, patch, grid, patch).mean(new int[]{5}).mean(new int[]{3})
                .reshape(b, 3, -1); // (B, 3, N)
        int steps = Math.max(1, (int) Math.cbrt(codes + 0.5));
        NDArray level = Scalars.times(means.add((float) REACH), steps / (2 * REACH)).floor();
        long[] levels = Scalars.atMost(Scalars.atLeast(level, 0), steps - 1).toType(DataType.INT64, false)
                .toLongArray();
        int n = (int) (grid * grid);
        long[] out = new long[(int) b * n];
        Arrays.setAll(out, i -> {
            int at = i / n * 3 * n + i % n;
            return (levels[at] * steps + levels[at + n]) * steps + levels[at + 2 * n];
        });
        return Staging.longs(pixels.getManager(), out, new Shape(b, n));
    }
}
