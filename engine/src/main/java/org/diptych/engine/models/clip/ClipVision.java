package org.diptych.engine.models.clip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Conv2d;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;

/// The picture tower: a vision transformer with a class row, a norm before it and one behind the class row.
final class ClipVision extends Module {
    static final String STREAM = "vision";

    private final int positionsCount;
    private final Weight classRow;
    private final Conv2d patches;
    private final Embedding positions;
    private final LayerNorm before;
    private final Encoder encoder;
    private final LayerNorm after;

    ClipVision(ClipConfig.Patches config) {
        positionsCount = config.grid() * config.grid() + 1;
        classRow = weight("embeddings.class_embedding", config.width());
        patches = child("embeddings.patch_embedding",
                new Conv2d(3, config.width(), config.patch(), config.patch(), 0, false));
        positions = child("embeddings.position_embedding", new Embedding(positionsCount, config.width()));
        before = child("pre_layrnorm", new LayerNorm(config.width(), config.epsilon())); // the public files' own spelling
        encoder = child("encoder",
                new Encoder(new EncoderFacts(config.width(), config.layers(), config.heads(), config.mlp(),
                        config.epsilon(),
                        config.activation(), true, false), EncoderNames.CLIP, "layers", STREAM));
        after = child("post_layernorm", new LayerNorm(config.width(), config.epsilon()));
    }

    /// @param pixels (B, 3, H, W)
    /// @return (B, 1 + N, D) states of the class row and the patches, before the last norm
    NDArray states(Pass pass, NDArray pixels) {
        long b = pixels.getShape().get(0);
        NDArray rows = patches.rows(pixels); // (B, N, D)
        long d = rows.getShape().get(2);
        NDArray zero = pixels.getManager().zeros(new Shape(b, 1, d));
        NDArray first = zero.add(classRow.get()); // (B, 1, D)
        NDArray all = NDArrays.concat(new NDList(first, rows), 1);
        NDArray places = positions
                .apply(pixels.getManager().arange(positionsCount).toType(DataType.INT64, false).expandDims(0));
        NDArray last = encoder.apply(pass, before.apply(all.add(places)), Optional.empty());
        pass.probe().value(STREAM + ".last_hidden_state", last);
        return last;
    }

    /// @return (B, D) the class row, normed
    NDArray pooled(Pass pass, NDArray states) {
        NDArray pooled = after.apply(states.get(new NDIndex(":, 0")));
        pass.probe().value(STREAM + ".pooled", pooled);
        return pooled;
    }

    /// @return (B, N, D) every patch, normed as the class row is
    NDArray patchStates(NDArray states) {
        return after.apply(states.get(new NDIndex(":, 1:")));
    }
}
