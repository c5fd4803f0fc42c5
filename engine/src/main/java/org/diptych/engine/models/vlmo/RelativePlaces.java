package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.model.Staging;

/// Which row of the bias table belongs to a query and a key. The rows of the picture stand first: offsets of patches, query minus key, then the class row as query,
/// as key, and with itself. Then one row for words that look at the picture and one for the other way; then those of the words: distances, key minus query, and
/// the first word as query, as key, and with itself (microsoft/unilm `vlmo_module.py`, `build_relative_position_embed`).
///
/// @param grid patches a side
/// @param text longest text that the table is laid out for
record RelativePlaces(int grid, int text) {
    private int pictureRows() {
        return (2 * grid - 1) * (2 * grid - 1) + 3;
    }

    private int rows() {
        return pictureRows() + 2 + 2 * text;
    }

    /// @param words of the sequence, 0 for a picture alone
    /// @param picture true when the class row and the patches follow
    /// @return int64 (T, T) rows of the table, query by key
    NDArray of(NDManager manager, int words, boolean picture) {
        int n = words + (picture ? 1 + grid * grid : 0);
        long[] all = new long[n * n];
        for (int q = 0; q < n; q++) {
            for (int k = 0; k < n; k++) {
                all[q * n + k] = q < words
                        ? k < words ? words(q, k) : pictureRows()
                        : k < words ? pictureRows() + 1 : patches(q - words, k - words);
            }
        }
        return Staging.longs(manager, all, new Shape(n, n));
    }

    private int patches(int query, int key) {
        if (query == 0 || key == 0) {
            return pictureRows() - (query == 0 && key == 0 ? 1 : query == 0 ? 3 : 2);
        }
        int down = (query - 1) / grid - (key - 1) / grid + grid - 1;
        int across = (query - 1) % grid - (key - 1) % grid + grid - 1;
        return down * (2 * grid - 1) + across;
    }

    private int words(int query, int key) {
        if (query == 0 || key == 0) {
            return rows() - (query == 0 && key == 0 ? 1 : query == 0 ? 3 : 2);
        }
        return pictureRows() + 2 + text - 2 + key - query;
    }
}
