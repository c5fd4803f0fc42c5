package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;

/// Layer normalisation (Ba, Kiros and Hinton 2016) over the last axis. Parameters: `weight`, `bias` (D).
public final class LayerNorm extends Module {
    private final Shape width;
    private final float epsilon;
    private final Weight weight;
    private final Weight bias;

    public LayerNorm(long width, double epsilon) {
        this.width = new Shape(width);
        this.epsilon = (float) epsilon;
        weight = weight("weight", width);
        bias = weight("bias", width);
    }

    /// @param x (..., D)
    /// @return (..., D)
    public NDArray apply(NDArray x) {
        return x.getNDArrayInternal().layerNorm(x, width, weight.get(), bias.get(), epsilon).singletonOrThrow();
    }

    public NDArray weight() {
        return weight.get();
    }

    public NDArray bias() {
        return bias.get();
    }
}
