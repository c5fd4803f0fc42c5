package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.WordEmbeddings;

/// The Q-Former in its three ways of reading (figure 2): queries and words apart, all together, and words that are written with the queries in front of them.
final class QFormer extends Module implements RunsInSegments {
    /// What hides a place; LAVIS's own number.
    static final float HIDDEN = -10000f;
    static final String QUERIES = "queries";
    static final String WORDS = "text";
    static final String TOGETHER = "joined";
    static final String WRITTEN = "written";

    /// Who may see whom in each way of reading; what hides padding comes on top.
    enum Reading {
        APART("itc"), ALL("itm"), WRITING("itg");

        private final String objective;

        Reading(String objective) {
            this.objective = objective;
        }

        /// @return the objective that reads so, as the paper abbreviates it
        String objective() {
            return objective;
        }

        /// @param from    place that looks, queries first
        /// @param to      place that is looked at
        /// @param queries how many
        boolean sees(int from, int to, int queries) {
            boolean asks = from < queries;
            boolean asked = to < queries;
            return switch (this) {
                case APART -> asks == asked;
                case ALL -> true;
                case WRITING -> asks ? asked : to <= from;
            };
        }
    }

    private static final Consumer<QFormerLayer.Past> NOBODY = _ -> {
    };

    private record Table(Embedding words, Embedding positions) {
    }

    private final Blip2Config.Former facts;
    private final Optional<Table> table;
    private final LayerNorm norm;
    private final List<QFormerLayer> layers = new ArrayList<>();

    QFormer(Blip2Config.Former facts) {
        this.facts = facts;
        table = facts.vocabulary() > 0
                ? Optional.of(new Table(
                        child("embeddings.word_embeddings", new Embedding(facts.vocabulary(), facts.width())),
                        child("embeddings.position_embeddings", new Embedding(facts.positions(), facts.width()))))
                : Optional.empty();
        norm = child("embeddings.LayerNorm", new LayerNorm(facts.width(), facts.epsilon()));
        for (int i = 0; i < facts.layers(); i++) {
            layers.add(child("encoder.layer." + i, new QFormerLayer(facts, facts.crosses(i))));
        }
    }

    Weight words() {
        return table.orElseThrow().words().table();
    }

    /// @param states (B, Q, D)
    /// @param past   of each layer
    record Asked(NDArray states, List<QFormerLayer.Past> past) {
    }

    /// The queries alone look at the picture.
    ///
    /// @param queries (B, Q, D)
    /// @param picture (B, N, D')
    Asked ask(Pass pass, NDArray queries, NDArray picture) {
        List<QFormerLayer.Past> past = new ArrayList<>();
        NDArray states = run(pass, QUERIES, queries, facts.queries(), Optional.empty(), Optional.of(picture), List.of(),
                past::add);
        return new Asked(states, past);
    }

    /// Words alone.
    ///
    /// @param ids      int64 (B, T)
    /// @param attended int64 (B, T)
    /// @return (B, T, D)
    NDArray read(Pass pass, NDArray ids, NDArray attended) {
        return run(pass, WORDS, embedded(ids), 0, Optional.of(Masks.padding(attended, HIDDEN)), Optional.empty(),
                List.of(), NOBODY);
    }

    /// Queries and words see one another, the queries see the picture.
    ///
    /// @return (B, Q + T, D)
    NDArray together(Pass pass, NDArray queries, NDArray ids, NDArray attended, NDArray picture) {
        NDArray there = attended.getManager().ones(new Shape(attended.getShape().get(0), facts.queries()),
                DataType.INT64);
        NDArray mask = Masks.padding(there.concat(attended.toType(DataType.INT64, false), 1), HIDDEN);
        return run(pass, TOGETHER, NDArrays.concat(new NDList(queries, embedded(ids)), 1), facts.queries(),
                Optional.of(mask), Optional.of(picture), List.of(), NOBODY);
    }

    /// Words that are written: each sees the queries, through what [#ask] kept, and the words before it.
    ///
    /// @return (B, T, D)
    NDArray write(Pass pass, NDArray ids, NDArray attended, Asked asked) {
        int q = facts.queries();
        int t = (int) ids.getShape().get(1);
        float[] visible = new float[t * (q + t)];
        for (int i = 0; i < visible.length; i++) {
            visible[i] = Reading.WRITING.sees(q + i / (q + t), i % (q + t), q) ? 1 : 0;
        }
        NDArray causal = ids.getManager().create(visible, new Shape(1, 1, t, q + t));
        NDArray there = ids.getManager().ones(new Shape(ids.getShape().get(0), q))
                .concat(attended.toType(DataType.FLOAT32, false), 1).expandDims(1).expandDims(1);
        NDArray mask = causal.mul(there).sub(1).mul(-HIDDEN); // (B, 1, T, Q + T)
        return run(pass, WRITTEN, embedded(ids), 0, Optional.of(mask), Optional.empty(), asked.past(),
                NOBODY);
    }

    private NDArray embedded(NDArray ids) {
        Table t = table.orElseThrow();
        return t.words().apply(ids).add(t.positions().apply(WordEmbeddings.places(ids)));
    }

    private NDArray run(Pass pass, String stream, NDArray sum, int queries, Optional<NDArray> mask,
            Optional<NDArray> picture, List<QFormerLayer.Past> before, Consumer<QFormerLayer.Past> kept) {
        pass.probe().ran(stream, 1);
        NDArray h = Dropout.apply(pass, norm.apply(sum), facts.dropout());
        pass.probe().value("qformer.embeddings", h);
        pass.probe().hidden(stream, 0, h);
        for (int i = 0; i < layers.size(); i++) {
            h = layer(pass, h, queries, mask, picture,
                    before.isEmpty() ? Optional.empty() : Optional.of(before.get(i)), kept, stream, i);
            pass.probe().hidden(stream, i + 1, h);
        }
        return h;
    }

    private NDArray layer(Pass pass, NDArray h, int queries, Optional<NDArray> mask, Optional<NDArray> picture,
            Optional<QFormerLayer.Past> past, Consumer<QFormerLayer.Past> kept, String stream, int layer) {
        NDList inputs = new NDList(h);
        picture.ifPresent(inputs::add);
        past.ifPresent(p -> inputs.addAll(List.of(p.keys(), p.values())));
        NDList out = pass.segment(layers.get(layer), in -> {
            NDList made = new NDList();
            made.addFirst(layers.get(layer).apply(pass, in.getFirst(), queries, mask, picture.map(_ -> in.get(1)),
                    past.map(_ -> new QFormerLayer.Past(in.get(in.size() - 2), in.getLast())),
                    kept == NOBODY ? NOBODY : p -> made.addAll(List.of(p.keys(), p.values())), stream, layer));
            return made;
        }, inputs);
        if (kept != NOBODY) {
            kept.accept(new QFormerLayer.Past(out.get(1), out.get(2)));
        }
        return out.getFirst();
    }
}
