package org.diptych.engine.models.blip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.FusionText;
import org.diptych.engine.tower.VitTower;
import org.diptych.engine.tower.WordEmbeddings;

/// The model that learns, or the copy that follows it, without what writes: the same parts under names that differ by `_m`.
final class BlipSide extends Module {
    private record Projections(Linear vision, Linear text) {
    }

    private final BlipConfig config;
    private final String suffix;
    private final VitTower vision;
    private final Optional<FusionText> text;
    private final Optional<Projections> projections;

    /// @param suffix nothing, or `_m`
    BlipSide(BlipConfig config, String suffix) {
        this.config = config;
        this.suffix = suffix;
        vision = child("visual_encoder" + suffix, tower(config.vision()));
        text = config.parts().reads()
                ? Optional.of(child("text_encoder" + suffix, new FusionText(words(config),
                        layers(config, config.parts().encoderSees(), false), FusionText.Head.NONE,
                        "text_encoder" + suffix)))
                : Optional.empty();
        projections = config.embed() > 0
                ? Optional.of(new Projections(
                        child("vision_proj" + suffix, new Linear(config.vision().width(), config.embed())),
                        child("text_proj" + suffix, new Linear(config.text().width(), config.embed()))))
                : Optional.empty();
    }

    private VitTower tower(BlipConfig.Vision v) {
        return new VitTower(v.image(), v.patch(), new EncoderFacts(v.width(), v.layers(), v.heads(), v.mlp(),
                v.epsilon(), v.activation(), true, false), "visual_encoder" + suffix);
    }

    static WordEmbeddings.Facts words(BlipConfig config) {
        BlipConfig.Text t = config.text();
        return new WordEmbeddings.Facts(t.vocabulary(), t.positions(), 0, t.width(), t.epsilon(), t.dropout());
    }

    /// @param sees width of what every layer's cross-attention looks at
    static EncoderFacts layers(BlipConfig config, int sees, boolean causal) {
        BlipConfig.Text t = config.text();
        return new EncoderFacts(t.width(), t.layers(), t.heads(), t.mlp(), t.epsilon(), t.activation(), false, causal)
                .with(t.dropout()).with(new EncoderFacts.Cross(sees, 0, 1));
    }

    FusionText text() {
        return text.orElseThrow();
    }

    Optional<FusionText> reading() {
        return text;
    }

    /// @return (B, 1 + N, D')
    NDArray picture(Pass pass, NDArray pixels) {
        return vision.apply(pass, pixels);
    }

    /// @param states (B, 1 + N, D')
    /// @return (B, D') as Hugging Face's code pools
    NDArray pooled(Pass pass, NDArray states) {
        return vision.pooled(pass, states);
    }

    /// The same weights under the original code's epsilon.
    ///
    /// @return (B, 1 + N, D')
    NDArray originally(NDArray pixels) {
        VitTower twin = tower(config.vision().with(BlipConfig.ORIGINAL_EPSILON));
        Map<String, Weight> own = vision.weights();
        twin.weights().forEach((name, weight) -> weight.set(own.get(name).get()));
        return twin.apply(Pass.READABLE, pixels);
    }

    /// @param states (B, 1 + N, D')
    /// @return (B, E) of unit length
    NDArray pictureFeature(Pass pass, NDArray states) {
        return feature(pass, states, projections.orElseThrow().vision(), "vision_proj");
    }

    /// @param states (B, T, D) of the text alone
    /// @return (B, E) of unit length
    NDArray textFeature(Pass pass, NDArray states) {
        return feature(pass, states, projections.orElseThrow().text(), "text_proj");
    }

    private NDArray feature(Pass pass, NDArray states, Linear projection, String name) {
        NDArray projected = projection.apply(states.get(new NDIndex(":, 0")));
        pass.probe().value(name + suffix, projected);
        return projected.div(Scalars.atLeast(projected.norm(new int[]{-1}, true), 1e-12));
    }
}
