package org.diptych.engine.models.vilt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Conv2d;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.tower.WordEmbeddings;

/// Words and patches side by side, each with its place and a vector for its modality.
final class ViltEmbeddings extends Module {
    private final ViltConfig config;
    private final Weight classRow;
    private final Weight positions;
    private final Conv2d patches;
    private final WordEmbeddings words;
    private final Embedding modalities;

    ViltEmbeddings(ViltConfig config) {
        this.config = config;
        classRow = weight("cls_token", 1, 1, config.width());
        positions = weight("position_embeddings", 1, 1L + config.grid() * config.grid(), config.width());
        patches = child("patch_embeddings.projection",
                new Conv2d(3, config.width(), config.patch(), config.patch(), 0, true));
        words = child("text_embeddings", new WordEmbeddings(new WordEmbeddings.Facts(config.vocabulary(),
                config.positions(), config.types(), config.width(), config.epsilon(), config.dropout())));
        modalities = child("token_type_embeddings", new Embedding(config.modalities(), config.width()));
    }

    /// What the transformer reads.
    ///
    /// @param states (B, T + 1 + L, D) words, then the picture's class row and patches
    /// @param mask   int64 (B, T + 1 + L) 1 for what is there
    record Joined(NDArray states, NDArray mask) {
    }

    /// @param ids      int64 (B, T)
    /// @param attended int64 (B, T) 1 for a word, 0 for padding
    /// @param types    int64 (B, T) segments; without them all are 0
    record Words(NDArray ids, NDArray attended, Optional<NDArray> types) {
    }

    /// @param pixels   (B, 3, H, W)
    /// @param shown    (B, H, W) 1 where there is a picture
    /// @param modality of the picture: 1, or 2 for the second of two
    Joined apply(Pass pass, Words read, NDArray pixels, NDArray shown, int modality) {
        pass.probe().phase(Phase.TEXT);
        NDArray ids = read.ids();
        NDArray text = words.apply(pass, ids, WordEmbeddings.places(ids), read.types())
                .add(vector(ids.getManager(), 0));
        pass.probe().phase(Phase.PICTURE);
        PatchChoice choice = PatchChoice.of(shown, config.patch(), config.most());
        NDArray picture = Dropout.apply(pass, picture(pixels, choice), config.dropout()); // (B, 1 + L, D)
        NDArray mask = choice.mask(pixels.getManager());
        pass.probe().value("visual_embed", picture);
        pass.probe().value("visual_mask", mask);
        pass.probe().value("patch_index_row_col", choice.rowsAndColumns(pixels.getManager()));
        NDArray all = NDArrays.concat(new NDList(text, picture.add(vector(pixels.getManager(), modality))), 1);
        pass.probe().phase(Phase.TOGETHER);
        return new Joined(all, NDArrays.concat(new NDList(read.attended(), mask), 1));
    }

    private NDArray vector(NDManager manager, int modality) {
        return modalities.apply(manager.create(new long[]{modality}, new Shape(1, 1))); // (1, 1, D)
    }

    private NDArray picture(NDArray pixels, PatchChoice choice) {
        NDManager manager = pixels.getManager();
        NDArray rows = patches.rows(pixels); // (B, rows * cols, D)
        long b = rows.getShape().get(0);
        long d = rows.getShape().get(2);
        NDArray places = choice.places(manager);
        NDArray read = Rows.at(rows.reshape(-1, d), places).reshape(b, choice.length(), d);
        NDArray zero = manager.zeros(new Shape(1));
        NDArray table = zero.add(positions.get()); // (1, 1 + N, D)
        NDArray grid = choice.mixing(manager, config.grid()).matMul(table.get(new NDIndex("0, 1:"))); // (B, L, D)
        NDArray first = manager.zeros(new Shape(b, 1, d)).add(classRow.get())
                .add(table.get(new NDIndex(":, 0:1")));
        return NDArrays.concat(new NDList(first, read.add(grid)), 1);
    }
}
