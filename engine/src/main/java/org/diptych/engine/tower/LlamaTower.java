package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.RmsNorm;
import org.diptych.engine.nn.Rotary;

/// A LLaMA-like language model: words in, logits of the next words out. Names as Hugging Face's `LlamaForCausalLM`.
public final class LlamaTower extends Module implements RunsInSegments {
    private final LlamaFacts facts;
    private final String stream;
    private final Embedding words;
    private final List<LlamaLayer> layers = new ArrayList<>();
    private final RmsNorm norm;
    private final Optional<Linear> head;

    /// @param stream name of its probe points
    public LlamaTower(LlamaFacts facts, String stream) {
        this.facts = facts;
        this.stream = stream;
        words = child("model.embed_tokens", new Embedding(facts.vocabulary(), facts.width()));
        for (int i = 0; i < facts.layers(); i++) {
            layers.add(child("model.layers." + i, new LlamaLayer(facts)));
        }
        norm = child("model.norm", new RmsNorm(facts.width(), facts.epsilon()));
        head = facts.tied()
                ? Optional.empty()
                : Optional.of(child("lm_head", new Linear(facts.width(), facts.vocabulary(), false)));
    }

    public LlamaFacts facts() {
        return facts;
    }

    /// @param ids int64 (...)
    /// @return (..., D)
    public NDArray embed(NDArray ids) {
        return words.apply(ids);
    }

    /// @param x         (R, T, D) embedded words and whatever stands among them
    /// @param positions R rows of T
    /// @param mask      added to the scores, broadcast to (R, H, T, S) with S all positions, cached ones first; the causal part is in it. Without it a lone
    ///                  position sees everything
    /// @param cache     what stands before, to which this is added
    /// @return (R, T, D) normed
    public NDArray apply(Pass pass, NDArray x, long[][] positions, Optional<NDArray> mask,
            Optional<LlamaCache> cache) {
        Rotary.Angles angles = facts.rotary().angles(x.getManager(), positions);
        NDArray h = x;
        if (pass.mayFuse() && !pass.training() && layers.stream().allMatch(LlamaLayer::uniform)) {
            for (int i = 0; i < layers.size(); i++) {
                h = layers.get(i).fused(h, angles, mask, cache, i);
            }
            return norm.apply(h);
        }
        pass.probe().hidden(stream, 0, h);
        for (int i = 0; i < layers.size(); i++) {
            h = cache.isEmpty()
                    ? cut(pass, h, angles, mask, i)
                    : layers.get(i).apply(pass, h, angles, mask, cache, stream, i);
            pass.probe().hidden(stream, i + 1, h);
        }
        NDArray last = norm.apply(h);
        pass.probe().value(stream + ".norm", last);
        return last;
    }

    private NDArray cut(Pass pass, NDArray x, Rotary.Angles angles, Optional<NDArray> mask, int layer) {
        return pass.segment(layers.get(layer), in -> new NDList(layers.get(layer).apply(pass, in.get(0), angles,
                mask, Optional.empty(), stream, layer)), new NDList(x)).singletonOrThrow();
    }

    /// @param states (..., D) normed
    /// @return (..., V)
    public NDArray logits(NDArray states) {
        return head.isPresent() ? head.get().apply(states) : words.logits(states);
    }
}
