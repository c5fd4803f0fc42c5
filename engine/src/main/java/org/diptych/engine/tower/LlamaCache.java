package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.model.Staging;
import org.diptych.engine.nn.Rows;

/// Keys and values of what was read, so that a further word costs one position. It owns them.
public final class LlamaCache implements AutoCloseable {
    private final NDManager manager;
    private final List<NDArray> keys = new ArrayList<>();
    private final List<NDArray> values = new ArrayList<>();

    public LlamaCache(NDManager parent) {
        manager = parent.newSubManager();
    }

    /// @return positions that are held
    public long length() {
        return keys.isEmpty() ? 0 : keys.getFirst().getShape().get(2);
    }

    /// Puts new positions behind those of a layer.
    ///
    /// @param key   (R, G, T, d)
    /// @param value (R, G, T, d)
    /// @return all keys and all values of the layer (R, G, S, d)
    NDList append(int layer, NDArray key, NDArray value) {
        NDArray k = key;
        NDArray v = value;
        if (layer < keys.size()) {
            k = NDArrays.concat(new NDList(keys.get(layer), key), 2);
            v = NDArrays.concat(new NDList(values.get(layer), value), 2);
        }
        keep(layer, k, v);
        return new NDList(k, v);
    }

    /// @return what is held of a layer, empty before the first word
    List<NDArray> of(int layer) {
        return layer < keys.size() ? List.of(keys.get(layer), values.get(layer)) : List.of();
    }

    /// @param k (R, G, S, d) all keys of the layer
    void keep(int layer, NDArray k, NDArray v) {
        k.attach(manager);
        v.attach(manager);
        if (layer < keys.size()) {
            keys.set(layer, k).close();
            values.set(layer, v).close();
        } else {
            keys.add(k);
            values.add(v);
        }
    }

    /// Row r becomes what row `parents[r]` was; there may be more rows than before.
    public void reorder(int[] parents) {
        for (int layer = 0; layer < keys.size(); layer++) {
            keep(layer, picked(keys.get(layer), parents), picked(values.get(layer), parents));
        }
    }

    private static NDArray picked(NDArray rows, int[] parents) {
        Shape shape = rows.getShape();
        long[] index = java.util.Arrays.stream(parents).asLongStream().toArray();
        try (NDArray at = Staging.longs(rows.getManager(), index, new Shape(index.length));
                NDArray flat = rows.reshape(shape.get(0), -1);
                NDArray chosen = Rows.at(flat, at)) {
            NDArray out = chosen.reshape(index.length, shape.get(1), shape.get(2), shape.get(3));
            out.attach(rows.getManager());
            return out;
        }
    }

    @Override
    public void close() {
        manager.close();
    }
}
