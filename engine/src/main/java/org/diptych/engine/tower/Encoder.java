package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.EncoderKernel;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.nn.Masks;

/// A stack of transformer layers named `layers.0` ... It takes the fused kernel where nobody listens, else the readable path; a test holds the two together.
public final class Encoder extends Module implements RunsInSegments {
    /// What is put behind a stream's name for the site of its cross-attention.
    public static final String CROSS = ".cross";

    /// What cross-attention looks at.
    ///
    /// @param states (B, S, D')
    /// @param mask   added to the scores, broadcast to (B, heads, T, S)
    public record Other(NDArray states, Optional<NDArray> mask) {
    }

    private final EncoderFacts facts;
    private final String stream;
    private final List<EncoderLayer> layers = new ArrayList<>();

    /// @param stream name of its probe points: `text`, `vision`
    /// @param prefix of the layers' names, `layers` or `layer`
    public Encoder(EncoderFacts facts, EncoderNames names, String prefix, String stream) {
        this(facts, names, prefix, stream, Optional.empty());
    }

    /// @param kin the stack of which this one is a second form: all but self-attention is the same (BLIP section 3.1)
    public Encoder(EncoderFacts facts, EncoderNames names, String prefix, String stream, Optional<Encoder> kin) {
        this.facts = facts;
        this.stream = stream;
        for (int i = 0; i < facts.layers(); i++) {
            int own = i;
            Optional<EncoderLayer> shares = facts.cross()
                    .filter(c -> facts.crosses(own) && (own - c.first()) % c.shared() > 0).map(_ -> layers.getLast());
            layers.add(child(prefix + "." + i, new EncoderLayer(facts, names, facts.crosses(i), shares,
                    kin.map(e -> e.layers.get(own)))));
        }
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
        return apply(pass, x, mask, Optional.empty(), 0, layers.size());
    }

    /// A part of the stack, with or without its cross-attention.
    ///
    /// @param other what cross-attention looks at; without it the layers that could look at nothing
    /// @param from  first layer
    /// @param to    layer after the last
    /// @return (B, T, D)
    public NDArray apply(Pass pass, NDArray x, Optional<NDArray> mask, Optional<Other> other, int from, int to) {
        pass.probe().ran(stream, (double) (to - from) / Math.max(1, layers.size()));
        if (from == to) { // two bridges may stand at one place
            return x;
        }
        return pass.cuts() ? cut(pass, x, mask, other, from, to) : run(pass, x, mask, other, from, to);
    }

    /// Layer by layer: what a layer computes within itself is about twenty times its input, so that nothing is gained by holding fewer inputs than one a layer, unless there are hundreds of them.
    private NDArray cut(Pass pass, NDArray x, Optional<NDArray> mask, Optional<Other> other, int from, int to) {
        NDArray h = x;
        for (int i = from; i < to; i++) {
            int layer = i;
            Optional<Other> seen = other.filter(_ -> facts.crosses(layer));
            NDList inputs = new NDList(h);
            seen.ifPresent(o -> inputs.add(o.states()));
            h = pass.segment(layers.get(i), in -> new NDList(run(pass, in.get(0), mask,
                    seen.map(o -> new Other(in.get(1), o.mask())), layer, layer + 1)), inputs).singletonOrThrow();
        }
        return h;
    }

    private NDArray run(Pass pass, NDArray x, Optional<NDArray> mask, Optional<Other> other, int from, int to) {
        if (pass.mayFuse() && layers.stream().noneMatch(EncoderLayer::adapted)) {
            return fused(pass, x, mask, other, from, to);
        }
        Optional<NDArray> added = facts.causal() ? Optional.of(causal(x, mask)) : mask;
        NDArray h = x;
        if (from == 0) { // what a later part begins with is no layer's output
            pass.probe().hidden(stream, 0, h);
        }
        for (int i = from; i < to; i++) {
            h = layers.get(i).apply(pass, h, added, other, stream, i);
            pass.probe().hidden(stream, i + 1, h);
        }
        return h;
    }

    /// Goes on behind the words that are remembered, in a causal stack.
    ///
    /// @param x     (R, n, D)
    /// @param other (B, S, D') what cross-attention looks at, R a multiple of B, the rows of one sample side by side; the same at every call
    /// @param cache takes these words up too
    /// @return (R, n, D)
    public NDArray next(Pass pass, NDArray x, Optional<NDArray> other, KeyCache cache) {
        return next(pass, x, Optional.empty(), other, cache);
    }

    /// As the other one, where some of the words that are remembered must not be seen.
    ///
    /// @param padding added to the scores of old and new words, broadcast to (R, heads, n, T + n)
    public NDArray next(Pass pass, NDArray x, Optional<NDArray> padding, Optional<NDArray> other, KeyCache cache) {
        int n = (int) x.getShape().get(1);
        Optional<NDArray> causal = n == 1
                ? Optional.empty()
                : Optional.of(Masks.causal(x.getManager(), cache.length(), n));
        Optional<NDArray> mask = causal.map(c -> padding.map(p -> p.add(c)).orElse(c)).or(() -> padding);
        NDArray h = x;
        for (int i = 0; i < layers.size(); i++) {
            h = layers.get(i).next(pass, h, mask, other, cache, stream, i);
        }
        return h;
    }

    private NDArray fused(Pass pass, NDArray x, Optional<NDArray> mask, Optional<Other> other, int from, int to) {
        if (from == to) {
            return x; // streams that cross before one of them has a layer of its own
        }
        List<NDArray> tensors = new ArrayList<>((to - from) * EncoderKernel.TENSORS);
        List<Boolean> crossed = new ArrayList<>();
        for (int i = from; i < to; i++) {
            crossed.add(other.isPresent() && facts.crosses(i));
            tensors.addAll(layers.get(i).tensors(other.isPresent()));
        }
        Optional<Other> seen = other.filter(_ -> crossed.contains(true));
        return new EncoderKernel(List.copyOf(crossed), facts.width(), facts.heads(), facts.epsilon(),
                facts.activation(), facts.preNorm(), facts.causal(), pass.training() ? facts.dropout() : 0)
                .apply(x, tensors, facts.causal() && mask.isPresent() ? Optional.of(causal(x, mask)) : mask,
                        seen.map(Other::states), seen.flatMap(Other::mask));
    }

    private NDArray causal(NDArray x, Optional<NDArray> mask) {
        NDArray causal = Masks.causal(x.getManager(), (int) x.getShape().get(1));
        return mask.isPresent() ? mask.get().add(causal) : causal;
    }
}
