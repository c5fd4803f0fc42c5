package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.List;

/// Keys and values of the positions that were already read, layer by layer, so that a new position is computed alone.
final class Kept {
    private final List<NDArray> keys = new ArrayList<>();
    private final List<NDArray> values = new ArrayList<>();

    /// Puts a layer's new keys behind those that are kept.
    ///
    /// @param key (B, T, D) of the new positions
    /// @return (B, K + T, D)
    NDArray keys(int layer, NDArray key) {
        return longer(keys, layer, key);
    }

    /// @param value (B, T, D) of the new positions
    /// @return (B, K + T, D)
    NDArray values(int layer, NDArray value) {
        return longer(values, layer, value);
    }

    private static NDArray longer(List<NDArray> all, int layer, NDArray added) {
        if (layer == all.size()) {
            all.add(added);
            return added;
        }
        NDArray whole = all.get(layer).concat(added, 1);
        whole.attach(added.getManager());
        all.set(layer, whole);
        return whole;
    }

    /// @return positions kept
    int length() {
        return keys.isEmpty() ? 0 : (int) keys.getFirst().getShape().get(1);
    }

    /// Forgets the last position.
    ///
    /// @param rows  of the batch that go on, in their new order
    /// @param scope owns what is kept from now on
    void goOn(NDArray rows, NDManager scope) {
        List.of(keys, values).forEach(all -> all.replaceAll(array -> {
            NDArray chosen = array.get(new NDIndex(":, :-1")).get(rows);
            chosen.attach(scope);
            return chosen;
        }));
    }
}
