package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import org.diptych.engine.model.Pass;

/// Dropout (Srivastava et al. 2014), drawn from the engine's generator, which a run seeds anew at every step.
public final class Dropout {
    private Dropout() {
    }

    /// @param rate share of values set to zero while training; the rest grows by 1 / (1 - rate)
    public static NDArray apply(Pass pass, NDArray x, double rate) {
        return pass.training() && rate > 0
                ? x.getNDArrayInternal().dropout(x, (float) rate, true).singletonOrThrow()
                : x;
    }
}
