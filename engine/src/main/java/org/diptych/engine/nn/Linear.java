package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.diptych.engine.kernel.FewRows;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.kernel.Precision;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;

/// y = x W^T + b. Parameters: `weight` (out, in) and, unless told otherwise, `bias` (out).
public final class Linear extends Module {
    private final Weight weight;
    private final boolean biased;
    private final Weight bias;
    private Optional<LowRank> adapted = Optional.empty();

    public Linear(long in, long out) {
        this(in, out, true);
    }

    public Linear(long in, long out, boolean biased) {
        weight = weight("weight", out, in);
        this.biased = biased;
        bias = biased ? weight("bias", out) : weight;
    }

    /// @param x (..., in)
    /// @return (..., out)
    public NDArray apply(NDArray x) {
        if (adapted.isEmpty() && (weight.half() || FewRows.worth(weight.shape().size()))
                && FewRows.suits(x, precision())) {
            return Halves.few(x, weight, biased ? Optional.of(bias) : Optional.empty());
        }
        NDArray y = MatrixProducts.linear(x, Halves.factor(x, weight), biased ? Halves.factor(x, bias) : null);
        return adapted.isPresent() ? y.add(adapted.get().apply(x)) : y;
    }

    /// Puts a low-rank change beside the matrix; its weights stand under this module's name.
    LowRank adapt(int rank, double alpha) {
        long out = weight.shape().get(0);
        long in = weight.shape().get(1);
        LowRank change = new LowRank(weight(LowRank.DOWN, rank, in), weight(LowRank.UP, out, rank), weight,
                alpha / rank);
        adapted = Optional.of(change);
        return change;
    }

    /// Takes the change away again.
    void release() {
        drop(LowRank.DOWN);
        drop(LowRank.UP);
        adapted = Optional.empty();
    }

    /// @return true while its matrix alone is not what it computes, so that no kernel may take the matrix
    public boolean adapted() {
        return adapted.isPresent();
    }

    /// @return how its weights are kept
    public Precision precision() {
        return Halves.precision(weight);
    }

    public NDArray weight() {
        return weight.get();
    }

    /// @throws IllegalStateException when it has none
    public NDArray bias() {
        if (!biased) {
            throw new IllegalStateException("no bias");
        }
        return bias.get();
    }

    public boolean biased() {
        return biased;
    }
}
