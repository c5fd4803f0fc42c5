package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.model.Pass;

/// Stochastic depth (Huang et al. 2016): while training, what a layer adds is left out for some of the samples; for the others it grows, so that the mean stays.
public final class DropPath {
    private DropPath() {
    }

    /// @param added (B, ...) what a residual branch would add
    /// @param rate  share of samples without it
    public static NDArray apply(Pass pass, NDArray added, double rate) {
        if (!pass.training() || rate <= 0) {
            return added;
        }
        long[] each = new long[added.getShape().dimension()];
        java.util.Arrays.fill(each, 1);
        each[0] = added.getShape().get(0);
        return added.mul(Dropout.apply(pass, added.getManager().ones(new Shape(each)), rate));
    }

    /// @return the rate of layer `layer` of `layers`, which grows evenly from 0 to `last`
    public static double rate(double last, int layer, int layers) {
        return layers < 2 ? last : last * layer / (layers - 1);
    }
}
