package org.diptych.engine.evaluate;

import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.Sample;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Vectors;

/// R@1 both ways among scenes of pairwise different content, by cosines; where a picture has several vectors (BLIP-2's queries), the nearest to a text speaks for it.
final class Retrieval implements Suite {
    private final Vectors vectors = new Vectors();

    @Override
    public boolean fits(VisionLanguageModel model) {
        return Vectors.of(model);
    }

    @Override
    public void scene(Case scene) throws EngineException {
        VisionLanguageModel model = scene.model();
        vectors.pictures(model, scene.picture());
        vectors.texts(model, model.batch(List.of(model.encode(Sample.of(scene.caption().text()))), scene.scope()));
    }

    @Override
    public void marks(Sheet sheet) {
        int n = vectors.pictures();
        float[] matrix = vectors.cosines();
        sheet.add("toybox.r1.image_to_text", MatrixMath.recall(matrix, n, 1, true), n);
        sheet.add("toybox.r1.text_to_image", MatrixMath.recall(matrix, n, 1, false), n);
    }
}
