package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;

/// Batch normalisation on its running statistics, as a pretrained network is used. Parameters: `weight`, `bias`; buffers: `running_mean`, `running_var` (C).
public final class BatchNorm2d extends Module {
    private static final float EPSILON = 1e-5f;
    private final Weight weight;
    private final Weight bias;
    private final Weight mean;
    private final Weight variance;

    public BatchNorm2d(long channels) {
        weight = weight("weight", channels);
        bias = weight("bias", channels);
        mean = buffer("running_mean", channels);
        variance = buffer("running_var", channels);
    }

    /// @param x (B, C, H, W)
    /// @return (B, C, H, W)
    public NDArray apply(NDArray x) {
        return x.getNDArrayInternal()
                .batchNorm(x, mean.get(), variance.get(), weight.get(), bias.get(), 1, 0.1f, EPSILON, false)
                .singletonOrThrow();
    }
}
