package org.diptych.engine.tower;

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

/// CLIP's picture tower: a vision transformer with a class row, a norm before it and one behind the class row. Parameter names as Hugging Face's `vision_model`.
public final class ClipTower extends Module {
    /// @param image  side in pixels
    /// @param patch  side of a patch
    /// @param layers of the transformer
    public record Facts(int image, int patch, EncoderFacts layers) {
        public int grid() {
            return image / patch;
        }
    }

    private final int positionsCount;
    private final String stream;
    private final Weight classRow;
    private final Conv2d patches;
    private final Embedding positions;
    private final LayerNorm before;
    private final Encoder encoder;
    private final LayerNorm after;

    /// @param stream name of its probe points
    public ClipTower(Facts facts, String stream) {
        this.stream = stream;
        int width = facts.layers().width();
        double epsilon = facts.layers().epsilon();
        positionsCount = facts.grid() * facts.grid() + 1;
        classRow = weight("embeddings.class_embedding", width);
        patches = child("embeddings.patch_embedding", new Conv2d(3, width, facts.patch(), facts.patch(), 0, false));
        positions = child("embeddings.position_embedding", new Embedding(positionsCount, width));
        before = child("pre_layrnorm", new LayerNorm(width, epsilon)); // the public files' own spelling
        encoder = child("encoder", new Encoder(facts.layers(), EncoderNames.CLIP, "layers", stream));
        after = child("post_layernorm", new LayerNorm(width, epsilon));
    }

    /// @param pixels (B, 3, H, W)
    /// @return (B, 1 + N, D) states of the class row and the patches, before the last norm
    public NDArray states(Pass pass, NDArray pixels) {
        NDArray last = states(pass, pixels, encoder.facts().layers());
        pass.probe().value(stream + ".last_hidden_state", last);
        return last;
    }

    /// @param layers that the states go through; where a probe listens the others are run for it too
    /// @return (B, 1 + N, D)
    public NDArray states(Pass pass, NDArray pixels, int layers) {
        long b = pixels.getShape().get(0);
        NDArray rows = patches.rows(pixels); // (B, N, D)
        long d = rows.getShape().get(2);
        NDArray zero = pixels.getManager().zeros(new Shape(b, 1, d));
        NDArray first = zero.add(classRow.get()); // (B, 1, D)
        NDArray all = NDArrays.concat(new NDList(first, rows), 1);
        NDArray places = positions
                .apply(pixels.getManager().arange(positionsCount).toType(DataType.INT64, false).expandDims(0));
        NDArray placed = all.add(places);
        pass.probe().value(stream + ".embeddings", placed);
        NDArray wanted = encoder.apply(pass, before.apply(placed), Optional.empty(), Optional.empty(), 0, layers);
        if (pass.probe().listens() && layers < encoder.facts().layers()) {
            encoder.apply(pass, wanted, Optional.empty(), Optional.empty(), layers, encoder.facts().layers());
        }
        return wanted;
    }

    /// @return (B, D) the class row, normed
    public NDArray pooled(Pass pass, NDArray states) {
        NDArray pooled = after.apply(states.get(new NDIndex(":, 0")));
        pass.probe().value(stream + ".pooled", pooled);
        return pooled;
    }

    /// @return (B, N, D) every patch, normed as the class row is
    public NDArray patchStates(NDArray states) {
        return after.apply(states.get(new NDIndex(":, 1:")));
    }
}
