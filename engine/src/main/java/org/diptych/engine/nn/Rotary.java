package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;

/// Rotary positions (Su et al. 2021, section 3.2) in the half-split form of the LLaMA checkpoints: dimension i turns with dimension i + d/2.
///
/// @param width d of a head, even
/// @param theta base of the wave lengths, 10,000 in the paper
public record Rotary(int width, double theta) {
    /// What a run of positions is turned by.
    ///
    /// @param cos (T, d)
    /// @param sin (T, d)
    public record Angles(NDArray cos, NDArray sin) {
    }

    /// @param positions of each row, from 0
    public Angles angles(NDManager manager, int[] positions) {
        float[] cos = new float[positions.length * width];
        float[] sin = new float[cos.length];
        int half = width / 2;
        for (int t = 0; t < positions.length; t++) {
            for (int i = 0; i < width; i++) {
                // single precision, as the checkpoints were trained with
                float wave = (float) (1 / Math.pow(theta, 2.0 * (i % half) / width));
                float angle = positions[t] * wave;
                cos[t * width + i] = (float) Math.cos(angle);
                sin[t * width + i] = (float) Math.sin(angle);
            }
        }
        Shape shape = new Shape(positions.length, width);
        return new Angles(manager.create(cos, shape), manager.create(sin, shape));
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
