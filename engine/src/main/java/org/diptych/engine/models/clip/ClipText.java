package org.diptych.engine.models.clip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;

/// The text tower: causal pre-norm transformer, read at the end token.
final class ClipText extends Module {
    static final String STREAM = "text";
    /// What Hugging Face adds for padding: the smallest 32-bit number.
    private static final float HIDDEN = -Float.MAX_VALUE;

    private final ClipConfig.Text config;
    private final Embedding tokens;
    private final Embedding positions;
    private final Encoder encoder;
    private final LayerNorm norm;

    ClipText(ClipConfig.Text config) {
        this.config = config;
        tokens = child("embeddings.token_embedding", new Embedding(config.vocabulary(), config.width()));
        positions = child("embeddings.position_embedding", new Embedding(config.positions(), config.width()));
        encoder = child("encoder",
                new Encoder(new EncoderFacts(config.width(), config.layers(), config.heads(), config.mlp(),
                        config.epsilon(),
                        config.activation(), true, true), EncoderNames.CLIP, "layers", STREAM));
        norm = child("final_layer_norm", new LayerNorm(config.width(), config.epsilon()));
    }

    /// @param ids      (B, T) int64
    /// @param attended (B, T) 1 for a token; padding stands behind the end token, which sees none of it, so leaving it out changes nothing
    /// @return (B, D) the state at the end token
    NDArray apply(Pass pass, NDArray ids, Optional<NDArray> attended) {
        NDManager scope = ids.getManager();
        long length = ids.getShape().get(1);
        NDArray places = positions.apply(scope.arange((int) length).toType(DataType.INT64, false).expandDims(0)); // (1, T, D)
        NDArray x = tokens.apply(ids).add(places); // (B, T, D)
        NDArray last = norm.apply(encoder.apply(pass, x, attended.map(a -> Masks.padding(a, HIDDEN)))); // (B, T, D)
        pass.probe().value(STREAM + ".last_hidden_state", last);
        NDArray pooled = Rows.gather(last, end(ids).toType(DataType.INT64, false).expandDims(1)).squeeze(1); // (B, D)
        pass.probe().value(STREAM + ".pooled", pooled);
        return pooled;
    }

    /// @return (B) where each text ends
    private NDArray end(NDArray ids) {
        return config.endIsLargest() ? ids.argMax(1) : ids.eq(config.end()).toType(DataType.INT32, false).argMax(1);
    }
}
