package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import org.diptych.engine.model.Distils;
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

    /// @return where it stands
    public Distils.Queued queued() {
        return new Distils.Queued((int) pictures.shape().get(1), start());
    }

    private int start() {
        return (int) pointer.get().toType(DataType.INT64, false).toLongArray()[0];
    }

    /// @param picture (B, E) of the copy
    /// @param text    (B, E) of the copy
    /// @return the queue behind this batch; its own tensors stay as they are
    public After after(NDArray picture, NDArray text) {
        int start = start();
        long next = (start + picture.getShape().get(0)) % pictures.shape().get(1);
        return new After(put(pictures.get(), picture, start), put(texts.get(), text, start),
                picture.getManager().create(new long[]{next}));
    }

    /// Round the end, where the references want a length that batches divide.
    private static NDArray put(NDArray queue, NDArray features, int start) {
        long b = features.getShape().get(0);
        long q = queue.getShape().get(1);
        NDArray turned = features.transpose();
        if (b >= q) {
            return turned.get(new NDIndex(":, {}:", b - q));
        }
        NDArray old = turned.getManager().zeros(queue.getShape()).add(queue); // a slice of a weight would be its scope's
        long over = Math.max(0, start + b - q);
        NDList parts = new NDList();
        if (over > 0) {
            parts.add(turned.get(new NDIndex(":, {}:", b - over)));
        }
        if (start > over) {
            parts.add(old.get(new NDIndex(":, {}:{}", over, start)));
        }
        parts.add(over > 0 ? turned.get(new NDIndex(":, :{}", b - over)) : turned);
        if (start + b < q) {
            parts.add(old.get(new NDIndex(":, {}:", start + b)));
        }
        return NDArrays.concat(parts, 1);
    }

    /// Fills it as the references do before training: random directions of unit length.
    ///
    /// @param scope owns them
    public void start(NDManager scope, long seed) {
        directions(pictures, scope, new SplittableRandom(seed));
        directions(texts, scope, new SplittableRandom(seed + 1));
        pointer.set(scope.zeros(new Shape(1), DataType.INT64));
    }

    private static void directions(Weight queue, NDManager scope, SplittableRandom random) {
        int rows = (int) queue.shape().get(0);
        int columns = (int) queue.shape().get(1);
        float[] values = new float[rows * columns];
        for (int c = 0; c < columns; c++) {
            double square = 0;
            for (int r = 0; r < rows; r++) {
                values[r * columns + c] = (float) random.nextGaussian();
                square += values[r * columns + c] * values[r * columns + c];
            }
            for (int r = 0; r < rows; r++) {
                values[r * columns + c] /= (float) Math.sqrt(square);
            }
        }
        queue.set(scope.create(values, queue.shape()));
    }
}
