package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.DropPath;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// One layer with norms inside its two parts (Wang et al. 2022, "Magneto"): `x += out(LN(Attention(LN(x)))); x += fc2(LN(GELU(fc1(LN(x)))))`, all of it twice but the
/// attention itself.
final class Beit3Layer extends Module {
    /// Two layers with a norm between them.
    private static final class FeedForward extends Module {
        private final Beit3Config config;
        private final Linear fc1;
        private final Linear fc2;
        private final Optional<LayerNorm> norm;

        FeedForward(Beit3Config config) {
            this.config = config;
            fc1 = child("fc1", new Linear(config.width(), config.mlp()));
            fc2 = child("fc2", new Linear(config.mlp(), config.width()));
            norm = config.subNorm()
                    ? Optional.of(child("ffn_layernorm", new LayerNorm(config.mlp(), config.epsilon())))
                    : Optional.empty();
        }

        NDArray apply(Pass pass, NDArray x) {
            NDArray inner = Dropout.apply(pass, config.activation().apply(fc1.apply(x)), config.rates().activation());
            return fc2.apply(norm.isPresent() ? norm.get().apply(inner) : inner);
        }
    }

    private final Beit3Config config;
    private final double dropPath;
    private final Both<Linear> query;
    private final Both<Linear> key;
    private final Both<Linear> value;
    private final Optional<Both<LayerNorm>> innerNorm;
    private final Both<Linear> out;
    private final Both<LayerNorm> attentionNorm;
    private final Both<FeedForward> feedForward;
    private final Both<LayerNorm> lastNorm;

    Beit3Layer(Beit3Config config, int layer) {
        this.config = config;
        dropPath = DropPath.rate(config.rates().path(), layer, config.layers());
        query = projection("q_proj");
        key = projection("k_proj");
        value = projection("v_proj");
        innerNorm = config.subNorm() ? Optional.of(norm("self_attn.inner_attn_ln")) : Optional.empty();
        out = projection("out_proj");
        attentionNorm = norm("self_attn_layer_norm");
        feedForward = child("ffn", new Both<>(() -> new FeedForward(config)));
        lastNorm = norm("final_layer_norm");
    }

    private Both<Linear> projection(String name) {
        return child("self_attn." + name, new Both<>(() -> new Linear(config.width(), config.width())));
    }

    private Both<LayerNorm> norm(String name) {
        return child(name, new Both<>(() -> new LayerNorm(config.width(), config.epsilon())));
    }

    /// Where a layer stands in a pass.
    ///
    /// @param split positions from the first that are the picture's
    /// @param mask  added to the scores, broadcast to (B, heads, T, K)
    /// @param kept  what was read before, which is added to
    record Place(int split, NDArray mask, Optional<Kept> kept, String site, int layer) {
    }

    /// @param x (B, T, D)
    /// @return (B, T, D)
    NDArray apply(Pass pass, NDArray x, Place at) {
        NDArray asked = config.preNorm() ? attentionNorm.apply(x, at.split(), LayerNorm::apply) : x;
        NDArray y = x.add(added(pass, attend(pass, asked, at)));
        y = config.preNorm() ? y : attentionNorm.apply(y, at.split(), LayerNorm::apply);
        NDArray read = config.preNorm() ? lastNorm.apply(y, at.split(), LayerNorm::apply) : y;
        NDArray z = y.add(added(pass, feedForward.apply(read, at.split(), (f, h) -> f.apply(pass, h))));
        return config.preNorm() ? z : lastNorm.apply(z, at.split(), LayerNorm::apply);
    }

    private NDArray attend(Pass pass, NDArray x, Place at) {
        NDArray q = query.apply(x, at.split(), Linear::apply);
        NDArray k = key.apply(x, at.split(), Linear::apply);
        NDArray v = value.apply(x, at.split(), Linear::apply);
        if (at.kept().isPresent()) {
            k = at.kept().get().keys(at.layer(), k);
            v = at.kept().get().values(at.layer(), v);
        }
        NDArray seen = Attention.attend(pass, q, k, v, config.heads(), Optional.of(at.mask()),
                config.rates().attention(), at.site(), at.layer());
        NDArray normed = innerNorm.isPresent() ? innerNorm.get().apply(seen, at.split(), LayerNorm::apply) : seen;
        return out.apply(normed, at.split(), Linear::apply);
    }

    /// @return true while one of its linear maps is more than its matrix
    boolean adapted() {
        return Stream.of(true, false).anyMatch(words -> Stream.of(query, key, value, out).map(both -> both.of(words))
                .anyMatch(Linear::adapted) || feedForward.of(words).fc1.adapted()
                || feedForward.of(words).fc2.adapted());
    }

    /// @param words true for what works on words, else what works on the picture
    /// @return in the order of [org.diptych.engine.kernel.MultiwayKernel]
    List<NDArray> tensors(boolean words) {
        List<NDArray> all = new ArrayList<>();
        norm(all, attentionNorm.of(words));
        List.of(query, key, value, out).forEach(both -> linear(all, both.of(words)));
        norm(all, lastNorm.of(words));
        FeedForward part = feedForward.of(words);
        linear(all, part.fc1);
        linear(all, part.fc2);
        innerNorm.ifPresent(both -> norm(all, both.of(words)));
        part.norm.ifPresent(norm -> norm(all, norm));
        return all;
    }

    private static void norm(List<NDArray> all, LayerNorm norm) {
        all.addAll(List.of(norm.weight(), norm.bias()));
    }

    private static void linear(List<NDArray> all, Linear linear) {
        all.addAll(List.of(linear.weight(), linear.bias()));
    }

    private NDArray added(Pass pass, NDArray x) {
        return DropPath.apply(pass, Dropout.apply(pass, x, config.rates().added()), dropPath);
    }
}
