package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import java.util.function.UnaryOperator;

/// Sends the positions of one sequence through different weights by what stands there: the switch of a multiway transformer (Bao et al. 2022, section 2.2).
public final class Multiway {
    private Multiway() {
    }

    /// @param x      (B, T, D)
    /// @param split  positions that take the first way: 0 for none, T or more for all
    /// @param first  (B, n, D) to (B, n, E)
    /// @param second (B, n, D) to (B, n, E)
    /// @return (B, T, E), the positions in their old order
    public static NDArray apply(NDArray x, long split, UnaryOperator<NDArray> first, UnaryOperator<NDArray> second) {
        if (split <= 0) {
            return second.apply(x);
        }
        if (split >= x.getShape().get(1)) {
            return first.apply(x);
        }
        return NDArrays.concat(new NDList(first.apply(x.get(new NDIndex(":, :{}", split))),
                second.apply(x.get(new NDIndex(":, {}:", split)))), 1);
    }
}
