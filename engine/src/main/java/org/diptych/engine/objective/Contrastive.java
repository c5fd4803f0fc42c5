package org.diptych.engine.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.kernel.ContrastiveKernel;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.LearnsContrast;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;

/// Symmetric InfoNCE over the pairs of a batch (Radford et al. 2021, figure 3): each picture must find its text among all texts, and each text its picture.
public final class Contrastive implements Objective {
    public static final String NAME = "contrastive";
    /// The paper clips the scale at 100, "to prevent scaling the logits by more than 100" (section 2.5).
    private static final double LARGEST_LOG_SCALE = Math.log(100);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean fits(VisionLanguageModel model) {
        return model instanceof LearnsContrast && model.capabilities()
                .containsAll(Set.of(Capability.ENCODES_IMAGE, Capability.ENCODES_TEXT));
    }

    @Override
    public LossTerms loss(VisionLanguageModel model, Pass pass, Inputs batch) {
        LearnsContrast towers = (LearnsContrast) model;
        NDArray images = towers.encodeImage(pass, batch); // (B, D)
        NDArray texts = towers.encodeText(pass, batch); // (B, D)
        NDArray one = images.getManager().create(1f);
        NDArray scale = one.mul(towers.logScale().get()).exp();
        NDList loss = ContrastiveKernel.loss(images, texts, scale);
        loss.get(1).close();
        return new LossTerms(loss.get(0), Map.of("temperature", 1.0 / scale.toFloatArray()[0]));
    }

    @Override
    public boolean compares(VisionLanguageModel model) {
        return true;
    }

    @Override
    public void afterStep(VisionLanguageModel model) {
        Weight weight = ((LearnsContrast) model).logScale();
        boolean learns = weight.get().hasGradient(); // a weight that does not learn may lie in a read-only file
        if (learns && weight.get().toFloatArray()[0] > LARGEST_LOG_SCALE) {
            weight.get().muli(0).addi(LARGEST_LOG_SCALE);
        }
    }
}
