package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.Optional;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Writing;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.diptych.engine.tower.KeyCache;

/// OPT (Zhang et al. 2022; transformers `models/opt/modeling_opt.py`): a causal stack with learned positions whose table begins two rows late, and a head tied to the word table.
final class OptLanguage extends Module implements LanguageModel {
    static final String STREAM = "language";
    /// Rows of the position table before that of the first place: the second is for what is not there.
    private static final int OFFSET = 2;
    private static final double EPSILON = 1e-5; // PyTorch's, which the reference leaves as it is
    private static final EncoderNames NAMES = new EncoderNames("self_attn", Attention.Names.PROJ,
            "self_attn_layer_norm", "final_layer_norm", "fc1", "fc2");

    private record Widths(Linear in, Linear out) {
    }

    private final Blip2Config.Opt facts;
    private final Embedding words;
    private final Embedding positions;
    private final Optional<Widths> widths;
    private final Encoder layers;
    private final Optional<LayerNorm> norm;

    OptLanguage(Blip2Config.Opt facts) {
        this.facts = facts;
        int width = facts.width();
        words = child("model.decoder.embed_tokens", new Embedding(facts.vocabulary(), facts.wordWidth()));
        positions = child("model.decoder.embed_positions", new Embedding(facts.positions() + OFFSET, width));
        widths = facts.wordWidth() == width
                ? Optional.empty()
                : Optional.of(new Widths(
                        child("model.decoder.project_in", new Linear(facts.wordWidth(), width, false)),
                        child("model.decoder.project_out", new Linear(width, facts.wordWidth(), false))));
        layers = child("model.decoder", new Encoder(new EncoderFacts(width, facts.layers(), facts.heads(),
                facts.mlp(), EPSILON, facts.activation(), facts.preNorm(), true).with(facts.dropout()), NAMES,
                "layers", STREAM));
        norm = facts.lastNorm()
                ? Optional.of(child("model.decoder.final_layer_norm", new LayerNorm(width, EPSILON)))
                : Optional.empty();
    }

    @Override
    public NDArray logits(Pass pass, NDArray told, Optional<Inputs> text) {
        NDArray ids = text.map(t -> t.get("input_ids")).orElseGet(() -> LanguageModel.column(told, facts.start()));
        NDArray attended = text.map(Blip2Model::attended).orElseGet(ids::onesLike);
        return logits(apply(pass, NDArrays.concat(new NDList(told, embed(ids)), 1),
                LanguageModel.there(told, attended)));
    }

    /// Where the whole is scored, the last query tells the first word (LAVIS).
    @Override
    public NDArray loss(Pass pass, NDArray told, Inputs inputs, boolean whole) {
        NDArray logits = logits(pass, told, Optional.of(inputs));
        long q = told.getShape().get(1);
        NDArray labels = LanguageModel.labels(inputs, facts.pad());
        if (whole && q > 0) {
            return Losses.nextWord(logits.get(new NDIndex(":, {}:", q - 1)),
                    LanguageModel.column(labels, Blip2Losses.IGNORED).concat(labels, 1), Blip2Losses.IGNORED, 0);
        }
        return Losses.nextWord(logits.get(new NDIndex(":, {}:", q)), labels, Blip2Losses.IGNORED, 0);
    }

    @Override
    public Guess guess(Pass pass, NDArray told, Inputs inputs) {
        NDArray logits = logits(pass, told, Optional.of(inputs));
        NDArray labels = LanguageModel.labels(inputs, facts.pad());
        long first = Math.max(told.getShape().get(1) - 1, 0);
        NDArray behind = logits.get(new NDIndex(":, {}:{}", first, logits.getShape().get(1) - 1));
        return new Guess(behind,
                labels.get(new NDIndex(":, {}:", labels.getShape().get(1) - behind.getShape().get(1))));
    }

    /// A tokenizer that closes each text leaves nothing to go on with: what closes a prompt is not read.
    @Override
    public Writing begin(Pass pass, NDArray told, Optional<Inputs> prompt, int rows, boolean cached) {
        NDArray ids = prompt.map(p -> p.get("input_ids")).orElseGet(() -> LanguageModel.column(told, facts.start()));
        NDArray attended = prompt.map(Blip2Model::attended).orElseGet(ids::onesLike);
        long last = ids.getShape().get(1) - 1;
        if (last > 0 && Arrays.stream(LanguageModel.last(ids).toLongArray()).allMatch(id -> id == facts.end())) {
            NDIndex open = new NDIndex(":, :{}", last);
            ids = ids.get(open);
            attended = attended.get(open);
        }
        return new OptWriting(this, facts, pass, told, ids, attended, rows, cached);
    }

    @Override
    public int width() {
        return facts.wordWidth();
    }

    /// @param ids int64 (B, T)
    /// @return (B, T, W) as the stack is given them
    NDArray embed(NDArray ids) {
        return words.apply(ids);
    }

    /// @param vectors (B, S, W)
    /// @param there   int64 (B, S) 1 for what is there, 0 for padding
    /// @return (B, S, D) normed
    NDArray apply(Pass pass, NDArray vectors, NDArray there) {
        return ended(pass, layers.apply(pass, placed(pass, vectors, places(there)), Optional.of(mask(there))));
    }

    /// As [#apply], behind what is remembered.
    ///
    /// @param vectors (B, n, W)
    /// @param there   int64 (B, S) of what is remembered too
    NDArray next(Pass pass, NDArray vectors, NDArray there, KeyCache cache) {
        NDArray places = places(there).get(new NDIndex(":, {}:", cache.length()));
        return ended(pass, layers.next(pass, placed(pass, vectors, places), Optional.of(mask(there)),
                Optional.empty(), cache));
    }

    /// @return int64 (B, S) number of each among those that are there; -1 for one that is not
    private static NDArray places(NDArray there) {
        return there.cumSum(1).mul(there).sub(1).toType(DataType.INT64, false);
    }

    private static NDArray mask(NDArray there) {
        return Masks.padding(there, -Float.MAX_VALUE);
    }

    /// @param places int64 (B, n)
    private NDArray placed(Pass pass, NDArray vectors, NDArray places) {
        NDArray in = widths.map(w -> w.in().apply(vectors)).orElse(vectors);
        NDArray placed = in.add(positions.apply(places.add(OFFSET)));
        pass.probe().value(STREAM + ".embeddings", placed);
        return placed;
    }

    private NDArray ended(Pass pass, NDArray last) {
        NDArray states = norm.map(n -> n.apply(last)).orElse(last);
        pass.probe().hidden(STREAM, facts.layers(), states); // the reference tells the last states behind their norm
        return states;
    }

    /// @param states (..., D)
    /// @return (..., V)
    NDArray logits(NDArray states) {
        NDArray out = widths.map(w -> w.out().apply(states)).orElse(states);
        return MatrixProducts.linear(out, words.table().get(), null);
    }
}
