package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/// Arithmetic with a number that is safe while a gradient is recorded. The library's own (`x.mul(2)`) wraps the number in Java memory and lets go of it at once, while the graph
/// keeps pointing there: a collection between forward and backward then turns gradients into noise. These numbers live in the engine's memory, as long as the scope.
public final class Scalars {
    private Scalars() {
    }

    /// @return a scalar in the scope of `near`
    public static NDArray of(NDArray near, double value) {
        return near.getManager().zeros(new Shape()).add((float) value);
    }

    public static NDArray times(NDArray x, double factor) {
        return x.mul(of(x, factor));
    }

    public static NDArray over(NDArray x, double divisor) {
        return x.div(of(x, divisor));
    }

    public static NDArray atLeast(NDArray x, double bound) {
        return x.maximum(of(x, bound));
    }

    public static NDArray atMost(NDArray x, double bound) {
        return x.minimum(of(x, bound));
    }
}
