package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.model.Module;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// A classifier over a closed list: Linear, GELU and norm in the one or the other order, Linear. Its parts are numbered as in a PyTorch `Sequential`.
public final class AnswerHead extends Module {
    private final boolean normFirst;
    private final Linear hidden;
    private final LayerNorm norm;
    private final Linear out;

    /// @param normFirst true: parts 0 linear, 1 norm, 2 GELU, 3 linear; false: 0 linear, 1 GELU, 2 norm, 3 linear
    public AnswerHead(int in, int inner, int answers, double epsilon, boolean normFirst) {
        this.normFirst = normFirst;
        hidden = child("0", new Linear(in, inner));
        norm = child(normFirst ? "1" : "2", new LayerNorm(inner, epsilon));
        out = child("3", new Linear(inner, answers));
    }

    /// @param x (..., in)
    /// @return (..., answers)
    public NDArray apply(NDArray x) {
        NDArray h = hidden.apply(x);
        return out.apply(normFirst
                ? Activations.GELU.apply(norm.apply(h))
                : norm.apply(Activations.GELU.apply(h)));
    }
}
