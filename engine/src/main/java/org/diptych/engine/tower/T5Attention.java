package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.RmsNorm;

/// x + attention(norm(x)) without biases and without the division by the root of the head's width, which T5 folds into the weights it starts from. Parameters under Hugging Face's names.
final class T5Attention extends Module {
    private final T5Facts facts;
    private final RmsNorm norm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;

    /// @param name `SelfAttention` or `EncDecAttention`
    T5Attention(T5Facts facts, String name) {
        this.facts = facts;
        query = child(name + ".q", new Linear(facts.width(), facts.inner(), false));
        key = child(name + ".k", new Linear(facts.width(), facts.inner(), false));
        value = child(name + ".v", new Linear(facts.width(), facts.inner(), false));
        out = child(name + ".o", new Linear(facts.inner(), facts.width(), false));
        norm = child("layer_norm", new RmsNorm(facts.width(), facts.epsilon()));
    }

    /// @param x (B, T, D)
    /// @return (B, T, D) as this attention reads it
    NDArray normed(NDArray x) {
        return norm.apply(x);
    }

    /// @param other (B, S, D) what is looked at: normed, or the encoder's states
    KeyCache.Pair pair(NDArray other) {
        return new KeyCache.Pair(key.apply(other), value.apply(other));
    }

    /// @param x      (B, T, D) what the result is added to
    /// @param normed (B, T, D) of it
    /// @param seen   (B, S, inner)
    /// @param added  to the scores, positions and hidden places, broadcast to (B, H, T, S)
    /// @return (B, T, D)
    NDArray apply(Pass pass, NDArray x, NDArray normed, KeyCache.Pair seen, Optional<NDArray> added, String site,
            int layer) {
        NDArray asks = Scalars.times(query.apply(normed), Math.sqrt(facts.head())); // takes the usual division back
        NDArray mixed = Attention.attend(pass, asks, seen.key(), seen.value(), facts.heads(), added, facts.dropout(),
                site, layer);
        return x.add(Dropout.apply(pass, out.apply(mixed), facts.dropout()));
    }
}
