package org.diptych.engine.evaluate;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Sample;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.EncodesText;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;

/// R@1 both ways among scenes of pairwise different content, by the cosines of two towers.
final class Retrieval implements Suite {
    private final List<float[]> images = new ArrayList<>();
    private final List<float[]> texts = new ArrayList<>();

    @Override
    public boolean fits(VisionLanguageModel model) {
        return model.capabilities().contains(Capability.ENCODES_IMAGE)
                && model.capabilities().contains(Capability.ENCODES_TEXT) && model instanceof EncodesImage
                && model instanceof EncodesText;
    }

    @Override
    public void scene(Case scene) throws EngineException {
        VisionLanguageModel model = scene.model();
        Inputs words = model.batch(List.of(model.encode(Sample.of(scene.caption().text()))), scene.scope());
        try (NDArray image = ((EncodesImage) model).encodeImage(Pass.INFER, scene.picture());
                NDArray text = ((EncodesText) model).encodeText(Pass.INFER, words)) {
            images.add(image.toFloatArray());
            float[] all = text.toFloatArray();
            texts.add(Arrays.copyOf(all, (int) text.getShape().get(1)));
        }
    }

    @Override
    public void marks(Sheet sheet) {
        int n = images.size();
        float[] matrix = MatrixMath.products(images, texts);
        sheet.add("toybox.r1.image_to_text", MatrixMath.recall(matrix, n, 1, true), n);
        sheet.add("toybox.r1.text_to_image", MatrixMath.recall(matrix, n, 1, false), n);
    }
}
