package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.SparseFormat;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;

/// A table of vectors. Parameter: `weight` (rows, D).
public final class Embedding extends Module {
    private final Weight weight;

    public Embedding(long rows, long width) {
        weight = weight("weight", rows, width);
    }

    /// @param ids int64 (...)
    /// @return (..., D)
    public NDArray apply(NDArray ids) {
        NDArray rows = ids.getNDArrayInternal().embedding(ids, weight.get(), SparseFormat.DENSE).singletonOrThrow();
        return Halves.wide(ids, rows, Halves.precision(weight));
    }

    /// The other way round, as a head that is tied to its table.
    ///
    /// @param states (..., D)
    /// @return (..., rows)
    public NDArray logits(NDArray states) {
        return MatrixProducts.linear(states, Halves.factor(states, weight), null);
    }

    public Weight table() {
        return weight;
    }

    /// As [#apply], for a table of which one row is never taught (`padding_idx` of PyTorch).
    ///
    /// @param closed that row
    public NDArray apply(NDArray ids, long closed) {
        NDArray all = apply(ids);
        NDArray open = ids.neq(closed).toType(ai.djl.ndarray.types.DataType.FLOAT32, false).expandDims(-1);
        return all.mul(open).add(all.stopGradient().mul(open.neg().add(1f)));
    }
}
