package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import org.diptych.engine.kernel.Precision;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;

/// Root mean square normalisation (Zhang and Sennrich 2019) over the last axis. Parameter: `weight` (D).
public final class RmsNorm extends Module {
    private final double epsilon;
    private final Weight weight;

    public RmsNorm(long width, double epsilon) {
        this.epsilon = epsilon;
        weight = weight("weight", width);
    }

    /// @param x (..., D)
    /// @return (..., D)
    public NDArray apply(NDArray x) {
        NDArray size = x.square().mean(new int[]{-1}, true).add(epsilon).sqrt();
        return x.div(size).mul(Halves.wide(x, weight));
    }

    /// @return how its weight is kept
    public Precision precision() {
        return Halves.precision(weight);
    }

    public NDArray weight() {
        return weight.get();
    }
}
