package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.model.Module;

/// down(f(gate(x)) * up(x)) (Shazeer 2020, "GLU variants"). Parameters under the names of the LLaMA checkpoints.
public final class GatedMlp extends Module {
    private final Activations activation;
    private final Linear gate;
    private final Linear up;
    private final Linear down;

    public GatedMlp(int width, int hidden, Activations activation, boolean biased) {
        this.activation = activation;
        gate = child("gate_proj", new Linear(width, hidden, biased));
        up = child("up_proj", new Linear(width, hidden, biased));
        down = child("down_proj", new Linear(hidden, width, biased));
    }

    /// @return gate, up, down
    public List<Linear> parts() {
        return List.of(gate, up, down);
    }

    /// @param x (..., D)
    /// @return (..., D)
    public NDArray apply(NDArray x) {
        return down.apply(activation.apply(gate.apply(x)).mul(up.apply(x)));
    }
}
