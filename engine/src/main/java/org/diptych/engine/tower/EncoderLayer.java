package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// One transformer layer, readable path: self-attention and MLP with residuals, norms before (Xiong et al. 2020) or behind (Vaswani et al. 2017).
final class EncoderLayer extends Module {
    private final EncoderFacts facts;
    private final Attention attention;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Linear fc1;
    private final Linear fc2;

    EncoderLayer(EncoderFacts facts, EncoderNames names) {
        this.facts = facts;
        attention = child(names.attention(),
                new Attention(facts.width(), facts.width(), facts.heads(), names.projections()));
        norm1 = child(names.norm1(), new LayerNorm(facts.width(), facts.epsilon()));
        norm2 = child(names.norm2(), new LayerNorm(facts.width(), facts.epsilon()));
        fc1 = child(names.fc1(), new Linear(facts.width(), facts.mlp()));
        fc2 = child(names.fc2(), new Linear(facts.mlp(), facts.width()));
    }

    /// @param x (B, T, D)
    /// @return (B, T, D)
    NDArray apply(Pass pass, NDArray x, Optional<NDArray> mask, String site, int layer) {
        NDArray asked = facts.preNorm() ? norm1.apply(x) : x;
        NDArray a = x.add(attention.apply(pass, asked, asked, mask, site, layer));
        NDArray y = facts.preNorm() ? a : norm1.apply(a);
        NDArray z = y.add(fc2.apply(facts.activation().apply(fc1.apply(facts.preNorm() ? norm2.apply(y) : y))));
        return facts.preNorm() ? z : norm2.apply(z);
    }

    /// @return in the order of [org.diptych.engine.kernel.EncoderKernel]
    List<NDArray> tensors() {
        List<NDArray> all = new ArrayList<>(List.of(norm1.weight(), norm1.bias()));
        all.addAll(attention.tensors());
        all.addAll(List.of(norm2.weight(), norm2.bias(), fc1.weight(), fc1.bias(), fc2.weight(), fc2.bias()));
        return all;
    }
}
