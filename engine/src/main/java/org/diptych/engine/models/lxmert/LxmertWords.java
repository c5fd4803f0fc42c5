package org.diptych.engine.models.lxmert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.LayerNorm;

/// BERT's input, but for a quirk that the published weights were trained with: row 0 of all three tables is padding, so that neither the first position nor segment 0
/// ever learns (airsplay/lxmert `modeling.py`, `BertEmbeddings`).
final class LxmertWords extends Module {
    private static final long PADDING = 0;

    private final double dropout;
    private final Embedding words;
    private final Embedding positions;
    private final Embedding types;
    private final LayerNorm norm;

    LxmertWords(LxmertConfig config) {
        dropout = config.dropout();
        words = child("word_embeddings", new Embedding(config.vocabulary(), config.width()));
        positions = child("position_embeddings", new Embedding(config.positions(), config.width()));
        types = child("token_type_embeddings", new Embedding(config.types(), config.width()));
        norm = child("LayerNorm", new LayerNorm(config.width(), config.epsilon()));
    }

    /// @param ids  int64 (B, T)
    /// @param type int64 (B, T)
    /// @return (B, T, D)
    NDArray apply(Pass pass, NDArray ids, NDArray type) {
        NDArray places = ids.getManager().arange((int) ids.getShape().get(1)).toType(DataType.INT64, false)
                .expandDims(0);
        NDArray sum = words.apply(ids, PADDING).add(positions.apply(places, PADDING)).add(types.apply(type, PADDING));
        return Dropout.apply(pass, norm.apply(sum), dropout);
    }

    Weight table() {
        return words.table();
    }
}
