package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/// What is added to attention scores to hide positions.
public final class Masks {
    private Masks() {
    }

    /// @return (1, 1, T, T): 0 where position i may see j (j <= i), minus infinity elsewhere
    public static NDArray causal(NDManager manager, int length) {
        return causal(manager, 0, length);
    }

    /// @param before words in front, which all may see
    /// @return (1, 1, T, before + T)
    public static NDArray causal(NDManager manager, int before, int length) {
        int all = before + length;
        float[] values = new float[length * all];
        for (int i = 0; i < length; i++) {
            for (int j = before + i + 1; j < all; j++) {
                values[i * all + j] = Float.NEGATIVE_INFINITY;
            }
        }
        return manager.create(values, new Shape(1, 1, length, all));
    }

    /// @param attended (B, T) 1 for a token, 0 for padding
    /// @param hidden   what a padded key gets: the reference's own large negative number
    /// @return (B, 1, 1, T)
    public static NDArray padding(NDArray attended, float hidden) {
        return attended.toType(DataType.FLOAT32, false).sub(1).mul(-hidden).expandDims(1).expandDims(1);
    }
}
