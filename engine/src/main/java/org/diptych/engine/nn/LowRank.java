package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.SplittableRandom;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Weight;

/// The change that low-rank adaptation adds to one matrix: W x + (alpha / r) B A x (Hu et al. 2021, "LoRA", section 4.1). The names are those of the PEFT library.
///
/// @param down  A (r, in)
/// @param up    B (out, r)
/// @param base  W (out, in), which does not learn
/// @param scale alpha / r
record LowRank(Weight down, Weight up, Weight base, double scale) {
    static final String DOWN = "lora_A.weight";
    static final String UP = "lora_B.weight";

    /// A as PyTorch starts a linear map, uniform within 1 / sqrt(in); B zeros, so that nothing is changed at first.
    void initialise(NDManager scope, SplittableRandom dice) {
        float[] values = new float[(int) down.shape().size()];
        double bound = 1 / Math.sqrt(down.shape().get(1));
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((2 * dice.nextDouble() - 1) * bound);
        }
        down.set(scope.create(values, down.shape()));
        up.set(scope.zeros(up.shape()));
    }

    /// @param x (..., in)
    /// @return (..., out)
    NDArray apply(NDArray x) {
        NDArray narrow = MatrixProducts.linear(x, down.get(), null); // (..., r)
        return Scalars.times(MatrixProducts.linear(narrow, up.get(), null), scale);
    }

    /// @param scope owns the result
    /// @return (out, in) the one matrix that does the same
    NDArray merged(NDManager scope) {
        NDArray change = change(down.get(), up.get(), scale, scope);
        return change.add(Halves.wide(change, base));
    }

    /// @param down  A (r, in)
    /// @param up    B (out, r)
    /// @param scope owns the result
    /// @return (out, in) scale B A
    static NDArray change(NDArray down, NDArray up, double scale, NDManager scope) {
        NDArray product = up.matMul(down);
        product.attach(scope);
        return Scalars.times(product, scale);
    }
}
