package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Masks;

/// A BERT some of whose layers can look at other states: it reads alone, or reads what it looks at, or writes from it (ALBEF section 3.1; BLIP section 3.1). Names as Hugging Face's BERT.
public final class FusionText extends Module {
    /// What is added to the score of a padded key.
    public static final float HIDDEN = -10000;

    /// The language head.
    public enum Head {
        NONE,
        /// Its matrix is the word table.
        TIED,
        /// It has a matrix of its own.
        OWN
    }

    private final String stream;
    private final WordEmbeddings.Facts words;
    private final WordEmbeddings embeddings;
    private final Encoder encoder;
    private final Optional<WordHead> head;

    /// @param facts  of the layers, with their cross-attention
    /// @param stream name of its probe points
    public FusionText(WordEmbeddings.Facts words, EncoderFacts facts, Head head, String stream) {
        this(words, facts, head, stream, Optional.empty());
    }

    /// @param kin the text of which this one is a second form: all but self-attention is the same (BLIP section 3.1)
    public FusionText(WordEmbeddings.Facts words, EncoderFacts facts, Head head, String stream,
            Optional<FusionText> kin) {
        this.stream = stream;
        this.words = words;
        embeddings = child("embeddings", kin.map(k -> k.embeddings).orElseGet(() -> new WordEmbeddings(words)));
        encoder = child("encoder",
                new Encoder(facts, EncoderNames.BERT, "layer", stream, kin.map(k -> k.encoder)));
        this.head = head(facts, head);
    }

    private Optional<WordHead> head(EncoderFacts facts, Head kind) {
        return switch (kind) {
            case NONE -> Optional.empty();
            case TIED -> Optional.of(child("cls.predictions", new WordHead(facts.width(), facts.epsilon(),
                    facts.activation(), embeddings.table(), WordHead.Names.BERT)));
            case OWN -> Optional.of(child("cls.predictions", new WordHead(facts.width(), facts.epsilon(),
                    facts.activation(), words.vocabulary(), WordHead.Names.BERT)));
        };
    }

    public EncoderFacts facts() {
        return encoder.facts();
    }

    /// @param ids int64 (B, T)
    /// @return (B, T, D)
    public NDArray embedded(Pass pass, NDArray ids) {
        return embedded(pass, ids, 0);
    }

    private NDArray embedded(Pass pass, NDArray ids, int from) {
        NDArray x = embeddings.apply(pass, ids, WordEmbeddings.places(ids).add(from), Optional.empty());
        pass.probe().value(stream + ".embeddings", x);
        return x;
    }

    /// A part of the layers.
    ///
    /// @param x        (B, T, D)
    /// @param attended int64 (B, T) 1 for a word
    /// @param seen     what is looked at, where anything is
    /// @return (B, T, D)
    public NDArray part(Pass pass, NDArray x, NDArray attended, Optional<Encoder.Other> seen, int from, int to) {
        return encoder.apply(pass, x, Optional.of(Masks.padding(attended, HIDDEN)), seen, from, to);
    }

    /// @return (B, T, D) of all layers, which look at nothing
    public NDArray alone(Pass pass, NDArray ids, NDArray attended) {
        return part(pass, embedded(pass, ids), attended, Optional.empty(), 0, facts().layers());
    }

    /// @param seen (B, S, D') what is looked at
    /// @param mask int64 (B, S) 1 for what is there
    /// @return (B, T, D) of all layers
    public NDArray looking(Pass pass, NDArray ids, NDArray attended, NDArray seen, Optional<NDArray> mask) {
        return part(pass, embedded(pass, ids), attended, Optional.of(other(seen, mask)), 0, facts().layers());
    }

    /// Goes on behind the words that are remembered.
    ///
    /// @param ids  int64 (R, n)
    /// @param seen (B, S, D') what is looked at, R a multiple of B; the same at every call
    /// @return (R, n, D)
    public NDArray next(Pass pass, NDArray ids, Optional<NDArray> seen, KeyCache cache) {
        return encoder.next(pass, embedded(pass, ids, cache.length()), seen, cache);
    }

    public static Encoder.Other other(NDArray seen, Optional<NDArray> mask) {
        return new Encoder.Other(seen, mask.map(m -> Masks.padding(m, HIDDEN)));
    }

    /// @return (B, T, V)
    public NDArray words(Pass pass, NDArray states) {
        NDArray logits = head.orElseThrow().apply(states);
        pass.probe().value(stream + ".mlm_logits", logits);
        return logits;
    }
}
