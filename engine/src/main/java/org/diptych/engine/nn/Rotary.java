package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.model.Staging;

/// Rotary positions (Su et al. 2021, section 3.2) in the half-split form of the LLaMA checkpoints: dimension i turns with dimension i + d/2.
///
/// @param width d of a head, even
/// @param theta   base of the wave lengths, 10,000 in the paper
/// @param stretch what positions are divided by: 1, or more for a model taught to read longer texts by linear scaling (Chen et al. 2023)
public record Rotary(int width, double theta, double stretch) {
    /// What positions are turned by.
    ///
    /// @param cos (B, 1, T, d)
    /// @param sin (B, 1, T, d)
    public record Angles(NDArray cos, NDArray sin) {
    }

    /// @param positions of each row's tokens, from 0: B rows of T
    public Angles angles(NDManager manager, long[][] positions) {
        int length = positions[0].length;
        float[] cos = new float[positions.length * length * width];
        float[] sin = new float[cos.length];
        int half = width / 2;
        float[] waves = new float[half];
        for (int i = 0; i < half; i++) { // single precision, as the checkpoints were trained with
            waves[i] = (float) (1 / Math.pow(theta, 2.0 * i / width));
        }
        for (int r = 0; r < positions.length; r++) {
            for (int t = 0; t < length; t++) {
                int at = (r * length + t) * width;
                for (int i = 0; i < width; i++) {
                    float angle = (float) (positions[r][t] / stretch) * waves[i % half];
                    cos[at + i] = (float) Math.cos(angle);
                    sin[at + i] = (float) Math.sin(angle);
                }
            }
        }
        Shape shape = new Shape(positions.length, 1, length, width);
        return new Angles(Staging.floats(manager, cos, shape), Staging.floats(manager, sin, shape));
    }

    /// @param x (B, H, T, d) queries or keys
    /// @return the same, turned
    public NDArray apply(NDArray x, Angles angles) {
        int half = width / 2;
        NDArray first = x.get(new NDIndex("..., :{}", half));
        NDArray second = x.get(new NDIndex("..., {}:", half));
        NDArray turned = NDArrays.concat(new NDList(second.neg(), first), -1);
        return x.mul(angles.cos()).add(turned.mul(angles.sin()));
    }
}
