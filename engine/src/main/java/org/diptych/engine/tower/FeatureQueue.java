package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import org.diptych.engine.model.Weight;

/// Momentum features of the last batches (He et al. 2020, section 3.2), and where the next ones go.
///
/// @param pictures (E, Q)
/// @param texts    (E, Q)
/// @param pointer  (1)
public record FeatureQueue(Weight pictures, Weight texts, Weight pointer) {
    /// What the queue becomes by one batch.
    public record After(NDArray pictures, NDArray texts, NDArray pointer) {
    }

    /// @param picture (B, E) of the copy
    /// @param text    (B, E) of the copy
    /// @return the queue behind this batch; its own tensors stay as they are
    public After after(NDArray picture, NDArray text) {
        int start = (int) pointer.get().toType(DataType.INT64, false).toLongArray()[0];
        long next = (start + picture.getShape().get(0)) % pictures.shape().get(1);
        return new After(put(pictures.get(), picture, start), put(texts.get(), text, start),
                picture.getManager().create(new long[]{next}));
    }

    private static NDArray put(NDArray queue, NDArray features, int start) {
        long b = features.getShape().get(0);
        NDArray turned = features.transpose();
        NDArray old = turned.getManager().zeros(queue.getShape()).add(queue); // a slice of a weight would be its scope's
        NDList parts = new NDList();
        if (start > 0) {
            parts.add(old.get(new NDIndex(":, :{}", start)));
        }
        parts.add(turned);
        if (start + b < queue.getShape().get(1)) {
            parts.add(old.get(new NDIndex(":, {}:", start + b)));
        }
        return NDArrays.concat(parts, 1);
    }
}
