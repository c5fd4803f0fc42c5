package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.EncoderKernel;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Masks;

/// A stack of transformer layers named `layers.0` ... It takes the fused kernel where nobody listens, else the readable path; a test holds the two together.
public final class Encoder extends Module {
    private final EncoderFacts facts;
    private final String stream;
    private final List<EncoderLayer> layers = new ArrayList<>();
    private final EncoderKernel kernel;

    /// @param stream name of its probe points: `text`, `vision`
    /// @param prefix of the layers' names, `layers` or `layer`
    public Encoder(EncoderFacts facts, EncoderNames names, String prefix, String stream) {
        this.facts = facts;
        this.stream = stream;
        for (int i = 0; i < facts.layers(); i++) {
            layers.add(child(prefix + "." + i, new EncoderLayer(facts, names)));
        }
        kernel = new EncoderKernel(facts.layers(), facts.width(), facts.heads(), facts.epsilon(), facts.activation(),
                facts.preNorm(), facts.causal());
    }

    public EncoderFacts facts() {
        return facts;
    }

    /// Reports `hidden.0` (its input) to `hidden.N` and every layer's attention.
    ///
    /// @param x    (B, T, D)
    /// @param mask added to the scores, broadcast to (B, heads, T, T), without the causal part
    /// @return (B, T, D)
    public NDArray apply(Pass pass, NDArray x, Optional<NDArray> mask) {
        if (pass.mayFuse()) {
            List<NDArray> tensors = new ArrayList<>(layers.size() * EncoderKernel.TENSORS);
            layers.forEach(layer -> tensors.addAll(layer.tensors()));
            return kernel.apply(x, tensors, mask.map(m -> whole(x, m)));
        }
        Optional<NDArray> added = facts.causal() ? Optional.of(causal(x, mask)) : mask;
        NDArray h = x;
        pass.probe().hidden(stream, 0, h);
        for (int i = 0; i < layers.size(); i++) {
            h = layers.get(i).apply(pass, h, added, stream, i);
            pass.probe().hidden(stream, i + 1, h);
        }
        return h;
    }

    private NDArray causal(NDArray x, Optional<NDArray> mask) {
        NDArray causal = Masks.causal(x.getManager(), (int) x.getShape().get(1));
        return mask.isPresent() ? mask.get().add(causal) : causal;
    }

    /// The kernel's attention wants a mask of the scores' own shape.
    private NDArray whole(NDArray x, NDArray mask) {
        long b = x.getShape().get(0);
        long t = x.getShape().get(1);
        NDArray added = facts.causal() ? causal(x, Optional.of(mask)) : mask;
        return added.broadcast(new Shape(b, facts.heads(), t, t));
    }
}
