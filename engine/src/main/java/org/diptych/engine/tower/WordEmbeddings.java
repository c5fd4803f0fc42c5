package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.LayerNorm;

/// BERT's input (Devlin et al. 2019, section 3): word, position and segment vectors, summed and normed. Parameter names as Hugging Face's BERT.
public final class WordEmbeddings extends Module {
    /// @param vocabulary rows of the word table
    /// @param positions  rows of the position table
    /// @param types      rows of the segment table, 0 when the model has none
    /// @param width      D
    /// @param epsilon    of the norm
    /// @param dropout    while training
    public record Facts(int vocabulary, int positions, int types, int width, double epsilon, double dropout) {
    }

    private final Facts facts;
    private final Embedding words;
    private final Embedding positions;
    private final Optional<Embedding> types;
    private final LayerNorm norm;

    public WordEmbeddings(Facts facts) {
        this.facts = facts;
        words = child("word_embeddings", new Embedding(facts.vocabulary(), facts.width()));
        positions = child("position_embeddings", new Embedding(facts.positions(), facts.width()));
        types = facts.types() == 0
                ? Optional.empty()
                : Optional.of(child("token_type_embeddings", new Embedding(facts.types(), facts.width())));
        norm = child("LayerNorm", new LayerNorm(facts.width(), facts.epsilon()));
    }

    /// @param ids   int64 (B, T)
    /// @param place int64 (B, T) or (1, T) row of the position table
    /// @param type  int64 (B, T) segment; without it all are of segment 0
    /// @return (B, T, D)
    public NDArray apply(Pass pass, NDArray ids, NDArray place, Optional<NDArray> type) {
        return normed(pass, sum(ids, place, type));
    }

    /// The vectors before the norm, for a model that puts further ones among them.
    public NDArray sum(NDArray ids, NDArray place, Optional<NDArray> type) {
        return segmented(words.apply(ids).add(positions.apply(place)), ids, type);
    }

    /// As [#sum] without positions, for a model whose attention tells places apart: the table stands in its file and is not read.
    public NDArray unplaced(NDArray ids, Optional<NDArray> type) {
        return segmented(words.apply(ids), ids, type);
    }

    private NDArray segmented(NDArray sum, NDArray ids, Optional<NDArray> type) {
        return types.isPresent() ? sum.add(types.get().apply(type.orElseGet(ids::zerosLike))) : sum;
    }

    /// @param sum (B, T, D)
    /// @return (B, T, D)
    public NDArray normed(Pass pass, NDArray sum) {
        return Dropout.apply(pass, norm.apply(sum), facts.dropout());
    }

    /// @return int64 (1, T) 0, 1, 2 ...
    public static NDArray places(NDArray ids) {
        return ids.getManager().arange((int) ids.getShape().get(1)).toType(DataType.INT64, false).expandDims(0);
    }

    /// @return (V, D) the word table, to which a language head may be tied
    public Weight table() {
        return words.table();
    }

    /// @throws java.util.NoSuchElementException when it has no segments
    public Embedding types() {
        return types.orElseThrow();
    }
}
