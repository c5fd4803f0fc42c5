package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import java.util.Optional;
import java.util.function.Consumer;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.tower.Encoder;

/// One layer of the Q-Former (section 3.1; LAVIS `Qformer.py`, `BertLayer`): queries and words share self-attention, the queries alone look at the picture, and each has an MLP of its own.
final class QFormerLayer extends Module {
    /// Keys and values of what stands in front.
    record Past(NDArray keys, NDArray values) {
    }

    private record Mlp(Linear inner, Linear outer, LayerNorm norm) {
    }

    private record Looking(Attention attention, LayerNorm norm) {
    }

    private final Blip2Config.Former facts;
    private final Attention attention;
    private final LayerNorm norm;
    private final Optional<Looking> looking;
    private final Mlp forQueries;
    private final Optional<Mlp> forWords;

    QFormerLayer(Blip2Config.Former facts, boolean crosses) {
        this.facts = facts;
        int width = facts.width();
        attention = child("attention",
                new Attention(width, width, facts.heads(), facts.dropout(), Attention.Names.BERT));
        norm = child("attention.output.LayerNorm", new LayerNorm(width, facts.epsilon()));
        looking = crosses
                ? Optional.of(new Looking(
                        child("crossattention",
                                new Attention(width, facts.sees(), facts.heads(), facts.dropout(),
                                        Attention.Names.BERT)),
                        child("crossattention.output.LayerNorm", new LayerNorm(width, facts.epsilon()))))
                : Optional.empty();
        forWords = facts.vocabulary() > 0 ? Optional.of(mlp("")) : Optional.empty();
        forQueries = mlp("_query");
    }

    private Mlp mlp(String kind) {
        return new Mlp(child("intermediate" + kind + ".dense", new Linear(facts.width(), facts.mlp())),
                child("output" + kind + ".dense", new Linear(facts.mlp(), facts.width())),
                child("output" + kind + ".LayerNorm", new LayerNorm(facts.width(), facts.epsilon())));
    }

    /// @param x       (B, Q + T, D) queries, then words
    /// @param queries Q
    /// @param mask    added to the scores of self-attention
    /// @param picture (B, N, D') that the queries look at
    /// @param past    of the queries, when `x` are words alone
    /// @param kept    is told what a later part of the sequence looks back at
    /// @return (B, Q + T, D)
    NDArray apply(Pass pass, NDArray x, int queries, Optional<NDArray> mask, Optional<NDArray> picture,
            Optional<Past> past, Consumer<Past> kept, String stream, int layer) {
        NDArray keys = attention.keys(x);
        NDArray values = attention.values(x);
        kept.accept(new Past(keys, values));
        if (past.isPresent()) {
            keys = past.get().keys().concat(keys, 1);
            values = past.get().values().concat(values, 1);
        }
        NDArray y = norm.apply(x.add(drop(pass, attention.over(pass, x, keys, values, mask, stream, layer))));
        long all = x.getShape().get(1);
        if (queries == 0) {
            return through(pass, forWords.orElseThrow(), y);
        }
        NDArray q = queries == all ? y : y.get(new NDIndex(":, :{}", queries));
        if (looking.isPresent() && picture.isPresent()) {
            Looking l = looking.get();
            q = l.norm.apply(q.add(drop(pass, l.attention.apply(pass, q, picture.get(), Optional.empty(),
                    stream + Encoder.CROSS, layer))));
        }
        NDArray asked = through(pass, forQueries, q);
        return queries == all
                ? asked
                : NDArrays.concat(new NDList(asked,
                        through(pass, forWords.orElseThrow(), y.get(new NDIndex(":, {}:", queries)))), 1);
    }

    private NDArray through(Pass pass, Mlp mlp, NDArray x) {
        return mlp.norm.apply(x.add(drop(pass, mlp.outer.apply(facts.activation().apply(mlp.inner.apply(x))))));
    }

    private NDArray drop(Pass pass, NDArray x) {
        return Dropout.apply(pass, x, facts.dropout());
    }
}
