package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.Brain;
import org.diptych.engine.kernel.Mixed;
import org.diptych.engine.kernel.Precision;
import org.diptych.engine.kernel.Script;
import org.diptych.engine.model.Weight;

/// Reads weights that were left in half precision, and all weights in products of few rows.
final class Halves {
    private Halves() {
    }

    static Precision precision(Weight weight) {
        return precision(weight.get());
    }

    private static Precision precision(NDArray weight) {
        return Brain.is(weight)
                ? Precision.BRAIN
                : weight.getDataType() == DataType.FLOAT16 ? Precision.HALF : Precision.FULL;
    }

    /// @param near an activation, to whose scope the result belongs
    /// @return the weight in 32 bits: itself where it has them
    static NDArray wide(NDArray near, Weight weight) {
        return wide(near, weight.get(), precision(weight));
    }

    /// @param near an activation that a product multiplies it with
    /// @return the weight as [org.diptych.engine.kernel.MatrixProducts] takes it: where that rounds it anyway, as it is
    static NDArray factor(NDArray near, Weight weight) {
        return Mixed.on() ? weight.get() : wide(near, weight);
    }

    static NDArray wide(NDArray near, NDArray weight) {
        return wide(near, weight, precision(weight));
    }

    static NDArray wide(NDArray near, NDArray half, Precision precision) {
        return precision == Precision.FULL
                ? half
                : Script.of(near, "  def wide(self: __torch__.Ops, x: Tensor, p: List[Tensor]) -> Tensor:\n    return "
                        + precision.wide("p[0]") + "\n").call("wide", near, List.of(half)).singletonOrThrow();
    }

    /// @param x few rows, see [org.diptych.engine.kernel.FewRows]
    static NDArray few(NDArray x, Weight weight, Optional<Weight> bias) {
        boolean biased = bias.isPresent();
        String source = "  def few(self: __torch__.Ops, x: Tensor, p: List[Tensor]) -> Tensor:\n    return "
                + precision(weight).few("x", "p[0]", biased ? "p[1]" : "None") + "\n";
        return Script.of(x, source)
                .call("few", x, biased ? List.of(weight.get(), bias.get().get()) : List.of(weight.get()))
                .singletonOrThrow();
    }
}
