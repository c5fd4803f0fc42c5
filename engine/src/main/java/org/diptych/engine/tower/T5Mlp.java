package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.RmsNorm;

/// x + wo(f(wi_0(norm(x))) * wi_1(norm(x))), or x + wo(f(wi(norm(x)))) without a gate. Parameters under Hugging Face's names.
final class T5Mlp extends Module {
    private final T5Facts facts;
    private final Linear in;
    private final Optional<Linear> gated;
    private final Linear out;
    private final RmsNorm norm;

    T5Mlp(T5Facts facts) {
        this.facts = facts;
        String name = "DenseReluDense.";
        in = child(name + (facts.gated() ? "wi_0" : "wi"), new Linear(facts.width(), facts.mlp(), false));
        gated = facts.gated()
                ? Optional.of(child(name + "wi_1", new Linear(facts.width(), facts.mlp(), false)))
                : Optional.empty();
        out = child(name + "wo", new Linear(facts.mlp(), facts.width(), false));
        norm = child("layer_norm", new RmsNorm(facts.width(), facts.epsilon()));
    }

    /// @param x (B, T, D)
    /// @return (B, T, D)
    NDArray apply(Pass pass, NDArray x) {
        NDArray normed = norm.apply(x);
        NDArray opened = facts.activation().apply(in.apply(normed));
        NDArray inner = gated.map(g -> opened.mul(g.apply(normed))).orElse(opened);
        return x.add(Dropout.apply(pass, out.apply(Dropout.apply(pass, inner, facts.dropout())), facts.dropout()));
    }
}
