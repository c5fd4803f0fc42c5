package org.diptych.engine.models.albef;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.diptych.engine.tower.WordEmbeddings;
import org.diptych.engine.tower.WordHead;

/// One BERT in three modes (section 3.1): its first layers read text alone, the later ones text and picture, or all at once.
final class AlbefText extends Module {
    private static final float HIDDEN = -10000;

    private final String stream;
    private final int fusion;
    private final WordEmbeddings embeddings;
    private final Encoder encoder;
    private final Optional<WordHead> head;

    /// @param layers of the stack
    /// @param fusion first layer with cross-attention
    /// @param seen   width of what cross-attention looks at
    /// @param shared layers that share keys and values: 2 where two pictures are compared
    /// @param writes true for a decoder, in which a word sees only what precedes it
    AlbefText(AlbefConfig config, int layers, int fusion, int seen, int shared, boolean writes, boolean words,
            String stream) {
        this.stream = stream;
        this.fusion = fusion;
        embeddings = child("embeddings", new WordEmbeddings(new WordEmbeddings.Facts(config.vocabulary(),
                config.positions(), config.types(), config.width(), config.epsilon(), config.dropout())));
        encoder = child("encoder", new Encoder(new EncoderFacts(config.width(), layers, config.heads(), config.mlp(),
                config.epsilon(), config.activation(), false, writes).with(config.dropout())
                .with(new EncoderFacts.Cross(seen, fusion, 1, shared)), EncoderNames.BERT, "layer", stream));
        head = words
                ? Optional.of(child("cls.predictions", new WordHead(config.width(), config.epsilon(),
                        config.activation(), embeddings.table(), WordHead.Names.BERT)))
                : Optional.empty();
    }

    int layers() {
        return encoder.facts().layers();
    }

    int fusion() {
        return fusion;
    }

    private NDArray embedded(Pass pass, NDArray ids) {
        NDArray x = embeddings.apply(pass, ids, WordEmbeddings.places(ids), Optional.empty());
        pass.probe().value(stream + ".embeddings", x);
        return x;
    }

    private static Optional<NDArray> hidden(NDArray attended) {
        return Optional.of(Masks.padding(attended, HIDDEN));
    }

    /// @return (B, T, D) after the layers that read text alone
    NDArray text(Pass pass, NDArray ids, NDArray attended) {
        return encoder.apply(pass, embedded(pass, ids), hidden(attended), Optional.empty(), 0, fusion);
    }

    /// @param states (B, T, D) of [#text]
    /// @param seen   (B, I, D') the picture
    /// @return (B, T, D)
    NDArray fused(Pass pass, NDArray states, NDArray attended, NDArray seen) {
        return encoder.apply(pass, states, hidden(attended), Optional.of(new Encoder.Other(seen, Optional.empty())),
                fusion, layers());
    }

    /// @param mask of what is seen, int64 (B, S)
    /// @return (B, T, D) through all layers
    NDArray all(Pass pass, NDArray ids, NDArray attended, NDArray seen, Optional<NDArray> mask) {
        return encoder.apply(pass, embedded(pass, ids), hidden(attended),
                Optional.of(new Encoder.Other(seen, mask.map(m -> Masks.padding(m, HIDDEN)))), 0, layers());
    }

    /// Two pictures: one fusion layer looks at the first, the next at the second.
    NDArray pair(Pass pass, NDArray ids, NDArray attended, NDArray first, NDArray second) {
        NDArray x = text(pass, ids, attended);
        for (int i = fusion; i < layers(); i++) {
            NDArray seen = (i - fusion) % 2 == 0 ? first : second;
            x = encoder.apply(pass, x, hidden(attended), Optional.of(new Encoder.Other(seen, Optional.empty())), i,
                    i + 1);
        }
        return x;
    }

    /// @return (B, T, V)
    NDArray words(Pass pass, NDArray states) {
        NDArray logits = head.orElseThrow().apply(states);
        pass.probe().value(stream + ".mlm_logits", logits);
        return logits;
    }
}
