package org.diptych.engine.models.llava;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.model.Module;
import org.diptych.engine.nn.Linear;

/// From the picture tower's width to the language model's: one matrix (v1), or several with an activation between them (v1.5: two and GELU).
final class Projector extends Module {
    private final List<Linear> layers = new ArrayList<>();
    private final Activations activation;

    Projector(int from, int to, LlavaConfig.Projector facts) {
        activation = facts.activation();
        for (int i = 0; i < facts.layers(); i++) {
            layers.add(child("linear_" + (i + 1), new Linear(i == 0 ? from : to, to, facts.biased())));
        }
    }

    /// @param features (B, N, D)
    /// @return (B, N, D')
    NDArray apply(NDArray features) {
        NDArray x = layers.getFirst().apply(features);
        for (Linear layer : layers.subList(1, layers.size())) {
            x = layer.apply(activation.apply(x));
        }
        return x;
    }
}
