package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.nn.RelativeBuckets;
import org.diptych.engine.nn.RmsNorm;

/// One half of T5: layers that read, each place seeing all; or layers that write, each place seeing what precedes it and what was read. The first layer's table of relative positions serves all.
final class T5Stack extends Module implements RunsInSegments {
    private record Layer(T5Attention self, Optional<T5Attention> cross, T5Mlp mlp) {
    }

    private final T5Facts facts;
    private final String stream;
    private final RelativeBuckets buckets;
    private final List<Layer> layers = new ArrayList<>();
    private final Embedding positions;
    private final RmsNorm norm;

    /// @param stream name of its probe points
    T5Stack(T5Facts facts, boolean writes, String stream) {
        this.facts = facts;
        this.stream = stream;
        buckets = new RelativeBuckets(facts.buckets(), facts.farthest(), !writes);
        for (int i = 0; i < (writes ? facts.decoder() : facts.encoder()); i++) {
            String block = "block." + i + ".layer.";
            T5Attention self = child(block + "0", new T5Attention(facts, "SelfAttention"));
            Optional<T5Attention> cross = writes
                    ? Optional.of(child(block + "1", new T5Attention(facts, "EncDecAttention")))
                    : Optional.empty();
            layers.add(new Layer(self, cross, child(block + (writes ? "2" : "1"), new T5Mlp(facts))));
        }
        positions = child("block.0.layer.0.SelfAttention.relative_attention_bias",
                new Embedding(facts.buckets(), facts.heads()));
        norm = child("final_layer_norm", new RmsNorm(facts.width(), facts.epsilon()));
    }

    /// @param before places in front that are remembered
    /// @return (1, H, looks, before + looks) what relative positions add to the scores
    private NDArray apart(NDArray near, int before, int looks) {
        return positions.apply(buckets.table(near.getManager(), before, looks)).transpose(2, 0, 1).expandDims(0);
    }

    /// @param x    (B, S, D)
    /// @param mask added to the scores, broadcast to (B, H, S, S)
    /// @return (B, S, D) normed
    NDArray read(Pass pass, NDArray x, Optional<NDArray> mask) {
        pass.probe().ran(stream, 1);
        NDArray apart = apart(x, 0, (int) x.getShape().get(1));
        NDArray h = Dropout.apply(pass, x, facts.dropout());
        pass.probe().hidden(stream, 0, h);
        for (int i = 0; i < layers.size(); i++) {
            int layer = i;
            h = pass.segment(this, in -> new NDList(read(pass, in.get(0), in.get(1), mask, layer)),
                    new NDList(h, apart)).singletonOrThrow();
            pass.probe().hidden(stream, i + 1, h);
        }
        return ended(pass, h);
    }

    private NDArray read(Pass pass, NDArray h, NDArray apart, Optional<NDArray> mask, int layer) {
        Layer own = layers.get(layer);
        NDArray normed = own.self.normed(h);
        Optional<NDArray> added = Optional.of(mask.map(apart::add).orElse(apart));
        return own.mlp.apply(pass, own.self.apply(pass, h, normed, own.self.pair(normed), added, stream, layer));
    }

    /// Words behind those that are remembered; an empty cache remembers none.
    ///
    /// @param x     (R, n, D)
    /// @param read  (B, S, D) of the encoder, R a multiple of B, the rows of one sample side by side; the same at every call
    /// @param cache takes these words up too, unless layers are segments: who learns does not go on writing
    /// @return (R, n, D) normed
    NDArray write(Pass pass, NDArray x, NDArray read, KeyCache cache) {
        pass.probe().ran(stream, 1);
        int n = (int) x.getShape().get(1);
        int before = cache.length();
        NDArray apart = apart(x, before, n);
        NDArray added = n == 1 ? apart : apart.add(Masks.causal(x.getManager(), before, n));
        NDArray h = Dropout.apply(pass, x, facts.dropout());
        pass.probe().hidden(stream, 0, h);
        for (int i = 0; i < layers.size(); i++) {
            int layer = i;
            h = pass.segment(this, in -> {
                KeyCache kept = pass.cuts() ? new KeyCache(cache.seenMask()) : cache;
                return new NDList(write(pass, in.get(0), in.get(1), kept, in.get(2), layer));
            }, new NDList(h, read, added)).singletonOrThrow();
            pass.probe().hidden(stream, i + 1, h);
        }
        return ended(pass, h);
    }

    private NDArray write(Pass pass, NDArray h, NDArray read, KeyCache cache, NDArray added, int layer) {
        Layer own = layers.get(layer);
        NDArray normed = own.self.normed(h);
        KeyCache.Pair pair = own.self.pair(normed);
        NDArray seen = own.self.apply(pass, h, normed, cache.behind(layer, pair.key(), pair.value()),
                Optional.of(added), stream, layer);
        return own.mlp.apply(pass, looked(pass, seen, read, cache, layer));
    }

    /// The rows of one sample look at the same, so they ask side by side; but where each is to be told by itself.
    private NDArray looked(Pass pass, NDArray h, NDArray read, KeyCache cache, int layer) {
        T5Attention cross = layers.get(layer).cross.orElseThrow();
        KeyCache.Pair seen = cache.seen(layer, () -> cross.pair(read));
        long samples = read.getShape().get(0);
        int rows = (int) (h.getShape().get(0) / samples);
        String site = stream + Encoder.CROSS;
        NDArray normed = cross.normed(h);
        if (rows == 1) {
            return cross.apply(pass, h, normed, seen, cache.seenMask(), site, layer);
        }
        if (pass.probe().listens()) {
            KeyCache.Pair each = new KeyCache.Pair(seen.key().repeat(0, rows), seen.value().repeat(0, rows));
            return cross.apply(pass, h, normed, each, cache.seenMask().map(m -> m.repeat(0, rows)), site, layer);
        }
        Shape shape = new Shape(samples, rows * h.getShape().get(1), facts.width());
        return cross.apply(pass, h.reshape(shape), normed.reshape(shape), seen, cache.seenMask(), site, layer)
                .reshape(h.getShape());
    }

    private NDArray ended(Pass pass, NDArray last) {
        NDArray states = Dropout.apply(pass, norm.apply(last), facts.dropout());
        pass.probe().value(stream + ".norm", states);
        return states;
    }
}
