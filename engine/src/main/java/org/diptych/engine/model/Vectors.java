package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diptych.engine.api.MatrixMath;

/// The vectors that pictures and texts are compared by, gathered batch by batch as plain numbers.
public final class Vectors {
    private final List<float[]> pictures = new ArrayList<>();
    private final List<float[]> texts = new ArrayList<>();

    /// @return true for a model whose very file turns pictures and texts into vectors of one space
    public static boolean of(VisionLanguageModel model) {
        return model instanceof ScoresPairs pairs && pairs.compares();
    }

    /// @param model of which [#of] is true
    /// @param batch its pictures come behind those that are here
    public void pictures(VisionLanguageModel model, Inputs batch) {
        rows(((ScoresPairs) model).pictureVectors(Pass.INFER, batch), pictures);
    }

    /// As [#pictures(VisionLanguageModel, Inputs)].
    public void texts(VisionLanguageModel model, Inputs batch) {
        rows(((ScoresPairs) model).textVectors(Pass.INFER, batch), texts);
    }

    /// @param vectors one entry along the first axis for each picture or text; closed
    private static void rows(NDArray vectors, List<float[]> into) {
        try (vectors) {
            float[] all = vectors.toFloatArray();
            int width = all.length / (int) vectors.getShape().get(0);
            for (int i = 0; i < all.length; i += width) {
                into.add(Arrays.copyOfRange(all, i, i + width));
            }
        }
    }

    /// @return how many pictures are here
    public int pictures() {
        return pictures.size();
    }

    /// @return how many texts are here
    public int texts() {
        return texts.size();
    }

    public void clear() {
        pictures.clear();
        texts.clear();
    }

    /// @return (N, M) cosines of all pictures and all texts; of a picture's several vectors the nearest counts
    public float[] cosines() {
        return MatrixMath.products(pictures, texts);
    }

    /// @param pairs numbers of pictures, and of the texts that belong to them
    /// @return (P, P) their cosines
    public float[] cosines(int[] pairs) {
        return MatrixMath.products(Arrays.stream(pairs).mapToObj(pictures::get).toList(),
                Arrays.stream(pairs).mapToObj(texts::get).toList());
    }
}
