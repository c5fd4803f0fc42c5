package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Conv2d;
import org.diptych.engine.nn.LayerNorm;

/// A vision transformer (Dosovitskiy et al. 2021): patches behind a class row, learned positions, pre-norm layers, a norm at the end. Names as timm's, stacked `qkv` taken apart.
public final class VitTower extends Module {
    private final Weight classRow;
    private final Weight positions;
    private final Conv2d patches;
    private final String stream;
    private final Encoder encoder;
    private final LayerNorm norm;

    /// @param image  side in pixels
    /// @param patch  side of a patch
    /// @param facts  of the layers, which are pre-norm
    /// @param stream name of its probe points
    public VitTower(int image, int patch, EncoderFacts facts, String stream) {
        int grid = image / patch;
        this.stream = stream;
        classRow = weight("cls_token", 1, 1, facts.width());
        positions = weight("pos_embed", 1, (long) grid * grid + 1, facts.width());
        patches = child("patch_embed.proj", new Conv2d(3, facts.width(), patch, patch, 0, true));
        encoder = child("", new Encoder(facts, EncoderNames.VIT, "blocks", stream));
        norm = child("norm", new LayerNorm(facts.width(), facts.epsilon()));
    }

    /// @param pixels (B, 3, H, W)
    /// @return (B, 1 + N, D) normed
    public NDArray apply(Pass pass, NDArray pixels) {
        NDArray rows = patches.rows(pixels); // (B, N, D)
        NDArray first = rows.getManager().zeros(new Shape(rows.getShape().get(0), 1, rows.getShape().get(2)))
                .add(classRow.get());
        NDArray all = NDArrays.concat(new NDList(first, rows), 1).add(positions.get());
        pass.probe().value(stream + ".patch_embed", rows);
        pass.probe().value(stream + ".embeddings", all);
        NDArray last = norm.apply(encoder.apply(pass, all, Optional.empty()));
        pass.probe().value(stream + ".norm", last);
        return last;
    }

    /// The last norm once more, as Hugging Face's BLIP puts it on the class row for its pooled output.
    ///
    /// @param states (B, 1 + N, D) normed
    /// @return (B, D)
    public NDArray pooled(Pass pass, NDArray states) {
        NDArray pooled = norm.apply(states.get(new NDIndex(":, 0")));
        pass.probe().value(stream + ".norm", pooled);
        return pooled;
    }
}
