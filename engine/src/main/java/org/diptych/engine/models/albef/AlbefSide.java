package org.diptych.engine.models.albef;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.VitTower;

/// The model that learns, or the copy that follows it: the same parts under names that differ by `_m`.
final class AlbefSide extends Module {
    /// Linear, ReLU, Linear.
    private record Classifier(Linear hidden, Linear out) {
    }

    private final String suffix;
    private final VitTower vision;
    private final AlbefText text;
    private final Optional<AlbefText> decoder;
    private final Optional<Linear> visionProjection;
    private final Optional<Linear> textProjection;
    private final Optional<Classifier> classifier;

    /// @param suffix nothing, or `_m`
    AlbefSide(AlbefConfig config, String suffix) {
        this.suffix = suffix;
        AlbefConfig.Vision v = config.vision();
        int width = config.width();
        vision = child("visual_encoder" + suffix, new VitTower(v.image(), v.patch(),
                new EncoderFacts(v.width(), v.layers(), v.heads(), v.mlp(), v.epsilon(), Activations.GELU, true,
                        false),
                "visual_encoder" + suffix));
        text = child("text_encoder" + suffix, new AlbefText(config, config.layers(), config.fusion(), v.width(),
                config.parts().pair() ? 2 : 1, false, config.parts().words(), "text_encoder" + suffix));
        decoder = config.decoder() > 0
                ? Optional.of(child("text_decoder" + suffix, new AlbefText(config, config.decoder(),
                        config.decoderFusion(), width, 1, true, true, "text_decoder" + suffix)))
                : Optional.empty();
        boolean contrast = config.parts().contrast();
        visionProjection = contrast
                ? Optional.of(child("vision_proj" + suffix, new Linear(v.width(), config.embed())))
                : Optional.empty();
        textProjection = contrast
                ? Optional.of(child("text_proj" + suffix, new Linear(width, config.embed())))
                : Optional.empty();
        classifier = config.parts().classes() > 0
                ? Optional.of(new Classifier(child("cls_head" + suffix + ".0", new Linear(width, width)),
                        child("cls_head" + suffix + ".2", new Linear(width, config.parts().classes()))))
                : Optional.empty();
    }

    AlbefText text() {
        return text;
    }

    AlbefText decoder() {
        return decoder.orElseThrow();
    }

    /// @return (B, 1 + N, D')
    NDArray picture(Pass pass, NDArray pixels) {
        return vision.apply(pass, pixels);
    }

    /// @param states (B, 1 + N, D')
    /// @return (B, E) of unit length
    NDArray pictureFeature(Pass pass, NDArray states) {
        NDArray projected = visionProjection.orElseThrow().apply(states.get(new NDIndex(":, 0")));
        pass.probe().value("vision_proj" + suffix, projected);
        return unit(projected);
    }

    /// @param states (B, T, D) of the text alone
    /// @return (B, E) of unit length
    NDArray textFeature(Pass pass, NDArray states) {
        NDArray projected = textProjection.orElseThrow().apply(states.get(new NDIndex(":, 0")));
        pass.probe().value("text_proj" + suffix, projected);
        return unit(projected);
    }

    private static NDArray unit(NDArray x) {
        return x.div(Scalars.atLeast(x.norm(new int[]{-1}, true), 1e-12));
    }

    /// @param states (B, T, D) fused
    /// @return (B, classes)
    NDArray classes(Pass pass, NDArray states) {
        Classifier c = classifier.orElseThrow();
        NDArray logits = c.out.apply(Activations.RELU.apply(c.hidden.apply(states.get(new NDIndex(":, 0")))));
        pass.probe().value("cls_head" + suffix, logits);
        return logits;
    }
}
