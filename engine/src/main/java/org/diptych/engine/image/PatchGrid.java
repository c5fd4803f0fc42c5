package org.diptych.engine.image;

import java.util.OptionalInt;
import org.diptych.engine.api.Box;

/// Patches of a model's view, in the pixels of the original picture.
///
/// @param rows rows of patches
/// @param cols patches in a row
/// @param view what of the picture the model sees; it may reach beyond the picture
public record PatchGrid(int rows, int cols, Box view) {
    /// @param patch side of a patch in the model's own pixels
    public static PatchGrid of(Preprocess.Result result, int patch) {
        return new PatchGrid(result.height() / patch, result.width() / patch, result.view());
    }

    public int size() {
        return rows * cols;
    }

    /// @return the index, row by row, of the patch that a pixel of the original picture lies in; none outside the view
    public OptionalInt at(float x, float y) {
        if (!view.contains(x, y)) {
            return OptionalInt.empty();
        }
        int row = Math.min(rows - 1, (int) ((y - view.y1()) / view.height() * rows));
        int col = Math.min(cols - 1, (int) ((x - view.x1()) / view.width() * cols));
        return OptionalInt.of(row * cols + col);
    }

    /// @param index row by row, from 0
    /// @return where the patch lies in the original picture
    public Box box(int index) {
        int row = index / cols;
        int col = index % cols;
        return new Box(view.x1() + col * view.width() / cols, view.y1() + row * view.height() / rows,
                view.x1() + (col + 1) * view.width() / cols, view.y1() + (row + 1) * view.height() / rows);
    }
}
