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
import org.diptych.engine.tower.FusionText;
import org.diptych.engine.tower.VitTower;
import org.diptych.engine.tower.WordEmbeddings;

/// The model that learns, or the copy that follows it: the same parts under names that differ by `_m`.
final class AlbefSide extends Module {
    /// Linear, ReLU, Linear.
    private record Classifier(Linear hidden, Linear out) {
    }

    private final String suffix;
    private final VitTower vision;
    private final AlbefText text;
    private final Optional<FusionText> decoder;
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
        EncoderFacts reading = layers(config, config.layers(), false).with(
                new EncoderFacts.Cross(v.width(), config.fusion(), 1, config.parts().pair() ? 2 : 1));
        text = new AlbefText(child("text_encoder" + suffix, bert(config, reading,
                config.parts().words() ? FusionText.Head.TIED : FusionText.Head.NONE, "text_encoder" + suffix)),
                config.fusion());
        EncoderFacts writing = layers(config, config.decoder(), true)
                .with(new EncoderFacts.Cross(width, config.decoderFusion(), 1));
        decoder = config.decoder() > 0
                ? Optional.of(child("text_decoder" + suffix,
                        bert(config, writing, FusionText.Head.TIED, "text_decoder" + suffix)))
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

    private static EncoderFacts layers(AlbefConfig config, int count, boolean causal) {
        return new EncoderFacts(config.width(), count, config.heads(), config.mlp(), config.epsilon(),
                config.activation(), false, causal).with(config.dropout());
    }

    private static FusionText bert(AlbefConfig config, EncoderFacts facts, FusionText.Head head, String stream) {
        return new FusionText(new WordEmbeddings.Facts(config.vocabulary(), config.positions(), config.types(),
                config.width(), config.epsilon(), config.dropout()), facts, head, stream);
    }

    AlbefText text() {
        return text;
    }

    FusionText decoder() {
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
