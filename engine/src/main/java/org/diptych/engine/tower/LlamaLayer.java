package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.kernel.LlamaKernel;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.GatedMlp;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.RmsNorm;
import org.diptych.engine.nn.Rotary;

/// x + attention(norm(x)), then y + mlp(norm(y)). Parameters under the names of the LLaMA checkpoints.
final class LlamaLayer extends Module {
    private final LlamaFacts facts;
    private final RmsNorm inputNorm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final RmsNorm mlpNorm;
    private final GatedMlp mlp;

    LlamaLayer(LlamaFacts facts) {
        this.facts = facts;
        int head = facts.rotary().width();
        inputNorm = child("input_layernorm", new RmsNorm(facts.width(), facts.epsilon()));
        query = child("self_attn.q_proj",
                new Linear(facts.width(), (long) facts.heads() * head, facts.biases().query()));
        key = child("self_attn.k_proj",
                new Linear(facts.width(), (long) facts.keyHeads() * head, facts.biases().query()));
        value = child("self_attn.v_proj",
                new Linear(facts.width(), (long) facts.keyHeads() * head, facts.biases().query()));
        out = child("self_attn.o_proj", new Linear((long) facts.heads() * head, facts.width(), facts.biases().out()));
        mlpNorm = child("post_attention_layernorm", new RmsNorm(facts.width(), facts.epsilon()));
        mlp = child("mlp", new GatedMlp(facts.width(), facts.mlp(), facts.activation(), facts.biases().mlp()));
    }

    /// @param x     (R, T, D)
    /// @param mask  added to the scores, broadcast to (R, H, T, S), the causal part in it; without it a lone position sees everything
    /// @param cache what stands before, to which this is added
    /// @return (R, T, D)
    NDArray apply(Pass pass, NDArray x, Rotary.Angles angles, Optional<NDArray> mask, Optional<LlamaCache> cache,
            String stream, int layer) {
        NDArray asked = inputNorm.apply(x);
        pass.probe().value(stream + ".input_layernorm." + layer, asked);
        NDArray q = facts.rotary().apply(heads(query.apply(asked), facts.heads()), angles); // (R, H, T, d)
        NDArray k = facts.rotary().apply(heads(key.apply(asked), facts.keyHeads()), angles); // (R, G, T, d)
        NDArray v = heads(value.apply(asked), facts.keyHeads());
        NDList all = cache.isPresent() ? cache.get().append(layer, k, v) : new NDList(k, v);
        NDArray scores = Scalars.times(MatrixProducts.matMul(q, spread(all.get(0)).transpose(0, 1, 3, 2)),
                1 / Math.sqrt(facts.rotary().width())); // (R, H, T, S)
        NDArray weights = (mask.isPresent() ? scores.add(mask.get()) : scores).softmax(-1);
        NDArray used = pass.probe().attention(stream, layer, weights);
        NDArray mixed = MatrixProducts.matMul(used, spread(all.get(1))).transpose(0, 2, 1, 3); // (R, T, H, d)
        NDArray y = x.add(out.apply(mixed.reshape(x.getShape().get(0), x.getShape().get(1), -1)));
        return y.add(mlp.apply(mlpNorm.apply(y)));
    }

    private NDArray heads(NDArray x, int heads) {
        return x.reshape(x.getShape().get(0), x.getShape().get(1), heads, facts.rotary().width())
                .transpose(0, 2, 1, 3);
    }

    /// Each key head serves a group of query heads that follow one another.
    private NDArray spread(NDArray x) {
        int group = facts.heads() / facts.keyHeads();
        if (group == 1) {
            return x;
        }
        Shape shape = x.getShape();
        return x.expandDims(2).repeat(2, group).reshape(shape.get(0), facts.heads(), shape.get(2), shape.get(3));
    }

    /// @return true when all its weights are kept in one format and none is adapted, as the kernel wants them
    boolean uniform() {
        return linears().noneMatch(Linear::adapted) && Stream
                .concat(Stream.of(inputNorm.precision(), mlpNorm.precision()), linears().map(Linear::precision))
                .distinct().count() == 1;
    }

    private Stream<Linear> linears() {
        return Stream.concat(Stream.of(query, key, value, out), mlp.parts().stream());
    }

    /// As [#apply], in one call and without a probe.
    NDArray fused(NDArray x, Rotary.Angles angles, Optional<NDArray> mask, Optional<LlamaCache> cache, int layer) {
        LlamaKernel kernel = new LlamaKernel(facts.heads(), facts.keyHeads(), facts.rotary().width(), facts.epsilon(),
                facts.activation(), facts.biases().query(), facts.biases().out(), facts.biases().mlp(),
                query.precision());
        NDList made = kernel.apply(x, tensors(), cache.map(c -> c.of(layer)).orElse(List.of()), angles.cos(),
                angles.sin(), mask);
        cache.ifPresent(c -> c.keep(layer, made.get(1), made.get(2)));
        return made.get(0);
    }

    private List<NDArray> tensors() {
        return Stream.concat(Stream.of(inputNorm.weight(), mlpNorm.weight()),
                linears().flatMap(l -> l.biased() ? Stream.of(l.weight(), l.bias()) : Stream.of(l.weight())))
                .toList();
    }
}
