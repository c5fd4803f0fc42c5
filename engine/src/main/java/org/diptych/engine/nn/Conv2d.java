package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;

/// Two-dimensional convolution. Parameters: `weight` (out, in, k, k) and, where wanted, `bias` (out).
public final class Conv2d extends Module {
    private final Weight weight;
    private final boolean biased;
    private final Weight bias;
    private final Shape stride;
    private final Shape padding;

    public Conv2d(long in, long out, long kernel, long stride, long padding, boolean biased) {
        weight = weight("weight", out, in, kernel, kernel);
        this.biased = biased;
        bias = biased ? weight("bias", out) : weight;
        this.stride = new Shape(stride, stride);
        this.padding = new Shape(padding, padding);
    }

    /// @param x (B, in, H, W)
    /// @return (B, out, H', W')
    public NDArray apply(NDArray x) {
        return MatrixProducts.convolution(x, weight.get(), biased ? bias.get() : null, stride, padding);
    }

    /// As patches: a kernel as large as its stride cuts the picture into squares.
    ///
    /// @param x (B, in, H, W)
    /// @return (B, H' * W', out), row by row
    public NDArray rows(NDArray x) {
        NDArray grid = apply(x);
        return grid.reshape(grid.getShape().get(0), grid.getShape().get(1), -1).transpose(0, 2, 1);
    }
}
