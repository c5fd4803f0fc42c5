package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.internal.NDArrayEx;
import java.util.Optional;
import org.diptych.engine.kernel.FewRows;
import org.diptych.engine.kernel.Precision;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;

/// y = x W^T + b. Parameters: `weight` (out, in) and, unless told otherwise, `bias` (out).
public final class Linear extends Module {
    /// Numbers from which reading a weight takes longer than starting a script.
    private static final long LARGE = 1 << 18;

    private final Weight weight;
    private final boolean biased;
    private final Weight bias;

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
        if ((weight.half() || weight.shape().size() >= LARGE) && FewRows.suits(x, precision())) {
            return Halves.few(x, weight, biased ? Optional.of(bias) : Optional.empty());
        }
        NDArrayEx operations = x.getNDArrayInternal();
        return operations.linear(x, Halves.wide(x, weight), biased ? Halves.wide(x, bias) : null).singletonOrThrow();
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
