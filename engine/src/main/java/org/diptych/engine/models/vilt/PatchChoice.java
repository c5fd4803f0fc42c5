package org.diptych.engine.models.vilt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.model.Staging;

/// Which patches of a padded batch a ViLT reads, row by row. The reference draws them in random order, which changes no result (dandelin/ViLT
/// `vision_transformer.py`, `visual_embed`); a fixed order lets a person find each patch again.
///
/// @param rows   patch rows of the padded pictures
/// @param cols   patch columns
/// @param chosen (B, L) places in the padded grid: first those that show something, then padding
/// @param shown  (B) how many of them show something
/// @param high   (B) patch rows of each picture
/// @param wide   (B) patch columns
record PatchChoice(int rows, int cols, int[][] chosen, int[] shown, int[] high, int[] wide) {
    /// @param mask (B, H, W) 1 where there is a picture
    /// @param patch side of a patch
    /// @param most patches a picture may have, below 0 for no limit
    static PatchChoice of(NDArray mask, int patch, int most) {
        Shape shape = mask.getShape();
        int b = (int) shape.get(0);
        int height = (int) shape.get(1);
        int width = (int) shape.get(2);
        int rows = height / patch;
        int cols = width / patch;
        long[] there = mask.toType(DataType.INT64, false).toLongArray();
        int[] high = new int[b];
        int[] wide = new int[b];
        List<List<Integer>> valid = new ArrayList<>();
        int longest = 0;
        for (int i = 0; i < b; i++) {
            List<Integer> own = new ArrayList<>();
            for (int place = 0; place < rows * cols; place++) {
                int row = place / cols;
                int col = place % cols;
                // nearest interpolation of the mask takes a patch's first pixel
                boolean shows = there[(i * height + row * height / rows) * width + col * width / cols] != 0;
                if (shows) {
                    own.add(place);
                    high[i] += col == 0 ? 1 : 0;
                    wide[i] += row == 0 ? 1 : 0;
                }
            }
            valid.add(own);
            longest = Math.max(longest, high[i] * wide[i]);
        }
        int length = most < 0 ? longest : Math.min(longest, most);
        int[][] chosen = new int[b][length];
        int[] shown = new int[b];
        for (int i = 0; i < b; i++) {
            List<Integer> own = valid.get(i);
            shown[i] = Math.min(length, own.size());
            int next = 0;
            for (int j = 0; j < length; j++) {
                if (j < shown[i]) {
                    chosen[i][j] = own.get(j);
                } else {
                    while (own.contains(next)) {
                        next++;
                    }
                    chosen[i][j] = next++;
                }
            }
        }
        return new PatchChoice(rows, cols, chosen, shown, high, wide);
    }

    int length() {
        return chosen.length == 0 ? 0 : chosen[0].length;
    }

    /// @return int64 (B * L) rows in the flattened patches (B * rows * cols, D)
    NDArray places(NDManager manager) {
        long[] all = new long[chosen.length * length()];
        for (int i = 0; i < all.length; i++) {
            int sample = i / length();
            all[i] = (long) sample * rows * cols + chosen[sample][i % length()];
        }
        return Staging.longs(manager, all, new Shape(all.length));
    }

    /// @return int64 (B, 1 + L) 1 for the class row and for what shows something
    NDArray mask(NDManager manager) {
        long[] all = new long[chosen.length * (1 + length())];
        for (int i = 0; i < chosen.length; i++) {
            for (int j = 0; j <= shown[i]; j++) {
                all[i * (1 + length()) + j] = 1;
            }
        }
        return Staging.longs(manager, all, new Shape(chosen.length, 1L + length()));
    }

    /// @return int64 (B, L, 2) row and column of each
    NDArray rowsAndColumns(NDManager manager) {
        long[] all = new long[chosen.length * length() * 2];
        for (int i = 0; i < all.length / 2; i++) {
            int place = chosen[i / length()][i % length()];
            all[2 * i] = place / cols;
            all[2 * i + 1] = place % cols;
        }
        return Staging.longs(manager, all, new Shape(chosen.length, length(), 2));
    }

    /// How each chosen patch's position is mixed from the table's grid: bilinear with aligned corners, each picture by its own size; padding gets none.
    ///
    /// @param grid side of the table's grid
    /// @return (B, L, grid * grid)
    NDArray mixing(NDManager manager, int grid) {
        int cells = grid * grid;
        float[] all = new float[chosen.length * length() * cells];
        for (int i = 0; i < chosen.length; i++) {
            for (int j = 0; j < length(); j++) {
                int row = chosen[i][j] / cols;
                int col = chosen[i][j] % cols;
                if (row < high[i] && col < wide[i]) {
                    double y = high[i] > 1 ? (double) row * (grid - 1) / (high[i] - 1) : 0;
                    double x = wide[i] > 1 ? (double) col * (grid - 1) / (wide[i] - 1) : 0;
                    int y0 = (int) Math.min(grid - 1, Math.floor(y));
                    int x0 = (int) Math.min(grid - 1, Math.floor(x));
                    int y1 = Math.min(grid - 1, y0 + 1);
                    int x1 = Math.min(grid - 1, x0 + 1);
                    int at = (i * length() + j) * cells;
                    all[at + y0 * grid + x0] += (float) ((1 - (y - y0)) * (1 - (x - x0)));
                    all[at + y0 * grid + x1] += (float) ((1 - (y - y0)) * (x - x0));
                    all[at + y1 * grid + x0] += (float) ((y - y0) * (1 - (x - x0)));
                    all[at + y1 * grid + x1] += (float) ((y - y0) * (x - x0));
                }
            }
        }
        return Staging.floats(manager, all, new Shape(chosen.length, length(), cells));
    }
}
