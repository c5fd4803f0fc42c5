package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// One transformer layer, readable path: self-attention, where it has that cross-attention, and MLP with residuals, norms before (Xiong et al. 2020) or behind (Vaswani et al. 2017).
final class EncoderLayer extends Module {
    private record Crossing(Attention attention, LayerNorm norm) {
    }

    private final EncoderFacts facts;
    private final Attention attention;
    private final LayerNorm norm1;
    private final Optional<Crossing> crossing;
    private final LayerNorm norm2;
    private final Linear fc1;
    private final Linear fc2;

    /// @param shares the layer whose cross-attention's keys and values this one takes over
    /// @param kin    the layer of which this one is a second form: all but self-attention and its norm is the same
    EncoderLayer(EncoderFacts facts, EncoderNames names, boolean crosses, Optional<EncoderLayer> shares,
            Optional<EncoderLayer> kin) {
        this.facts = facts;
        int width = facts.width();
        attention = child(names.attention(),
                new Attention(width, width, facts.heads(), facts.dropout(), names.projections()));
        norm1 = child(names.norm1(), new LayerNorm(width, facts.epsilon()));
        crossing = facts.cross().filter(_ -> crosses)
                .map(cross -> new Crossing(
                        child("crossattention", kin.flatMap(l -> l.crossing).map(Crossing::attention)
                                .orElseGet(() -> new Attention(width, cross.width(), facts.heads(), facts.dropout(),
                                        names.projections(),
                                        shares.flatMap(l -> l.crossing).map(Crossing::attention)))),
                        child("crossattention.output.LayerNorm", kin.flatMap(l -> l.crossing).map(Crossing::norm)
                                .orElseGet(() -> new LayerNorm(width, facts.epsilon())))));
        norm2 = child(names.norm2(), kin.map(l -> l.norm2).orElseGet(() -> new LayerNorm(width, facts.epsilon())));
        fc1 = child(names.fc1(), kin.map(l -> l.fc1).orElseGet(() -> new Linear(width, facts.mlp())));
        fc2 = child(names.fc2(), kin.map(l -> l.fc2).orElseGet(() -> new Linear(facts.mlp(), width)));
    }

    /// @param x     (B, T, D)
    /// @param other what cross-attention looks at; without it a layer that could looks at nothing
    /// @return (B, T, D)
    NDArray apply(Pass pass, NDArray x, Optional<NDArray> mask, Optional<Encoder.Other> other, String site,
            int layer) {
        NDArray asked = facts.preNorm() ? norm1.apply(x) : x;
        NDArray a = x.add(drop(pass, attention.apply(pass, asked, asked, mask, site, layer)));
        NDArray y = facts.preNorm() ? a : norm1.apply(a);
        pass.probe().value(site + ".attention_output." + layer, y);
        if (crossing.isPresent() && other.isPresent()) {
            Crossing c = crossing.get();
            y = c.norm.apply(y.add(drop(pass, c.attention.apply(pass, y, other.get().states(), other.get().mask(),
                    site + Encoder.CROSS, layer))));
        }
        return rest(pass, y);
    }

    private NDArray rest(Pass pass, NDArray y) {
        NDArray inner = facts.activation().apply(fc1.apply(facts.preNorm() ? norm2.apply(y) : y));
        NDArray z = y.add(drop(pass, fc2.apply(inner)));
        return facts.preNorm() ? z : norm2.apply(z);
    }

    /// As [#apply] for words behind those that are remembered.
    ///
    /// @param x     (R, n, D)
    /// @param mask  added to the scores, broadcast to (R, heads, n, T + n); nothing where each word may see all
    /// @param other (B, S, D') what cross-attention looks at, R a multiple of B
    /// @return (R, n, D)
    NDArray next(Pass pass, NDArray x, Optional<NDArray> mask, Optional<NDArray> other, KeyCache cache, String site,
            int layer) {
        NDArray asked = facts.preNorm() ? norm1.apply(x) : x;
        KeyCache.Pair all = cache.behind(layer, attention.keys(asked), attention.values(asked));
        NDArray a = x.add(attention.over(pass, asked, all.key(), all.value(), mask, site, layer));
        NDArray y = facts.preNorm() ? a : norm1.apply(a);
        if (crossing.isPresent() && other.isPresent()) {
            Crossing c = crossing.get();
            KeyCache.Pair seen = cache.seen(layer, () -> new KeyCache.Pair(c.attention.keys(other.get()),
                    c.attention.values(other.get())));
            long samples = other.get().getShape().get(0);
            boolean heard = pass.probe().listens(); // then each row is to be told by itself
            int rows = (int) (y.getShape().get(0) / samples);
            NDArray key = heard ? seen.key().repeat(0, rows) : seen.key();
            NDArray value = heard ? seen.value().repeat(0, rows) : seen.value();
            // the rows of one sample look at the same: else they ask side by side
            NDArray asks = heard ? y : y.reshape(samples, -1, facts.width());
            NDArray looked = c.attention.over(pass, asks, key, value,
                    heard ? cache.seenMask().map(m -> m.repeat(0, rows)) : cache.seenMask(), site + Encoder.CROSS,
                    layer);
            y = c.norm.apply(y.add(looked.reshape(y.getShape())));
        }
        return rest(pass, y);
    }

    private NDArray drop(Pass pass, NDArray x) {
        return Dropout.apply(pass, x, facts.dropout());
    }

    /// @return true while one of its linear maps is more than its matrix, which the fused kernel would not see
    boolean adapted() {
        return attention.adapted() || fc1.adapted() || fc2.adapted()
                || crossing.filter(c -> c.attention.adapted()).isPresent();
    }

    /// @param crossed true to add those of the cross-attention, if it has one
    /// @return in the order of [org.diptych.engine.kernel.EncoderKernel]
    List<NDArray> tensors(boolean crossed) {
        List<NDArray> all = new ArrayList<>(List.of(norm1.weight(), norm1.bias()));
        all.addAll(attention.tensors());
        all.addAll(List.of(norm2.weight(), norm2.bias(), fc1.weight(), fc1.bias(), fc2.weight(), fc2.bias()));
        crossing.filter(_ -> crossed).ifPresent(c -> {
            all.addAll(List.of(c.norm.weight(), c.norm.bias()));
            all.addAll(c.attention.tensors());
        });
        return all;
    }
}
