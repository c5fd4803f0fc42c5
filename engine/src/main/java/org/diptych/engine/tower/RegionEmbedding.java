package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// Boxes with detector features as input: two projections, of the feature and of the place, put together.
public final class RegionEmbedding extends Module {
    /// How a checkpoint names the parts; a norm that the model lacks has no name.
    public record Names(String feature, String box, Optional<String> featureNorm, Optional<String> boxNorm,
            Optional<String> norm) {
    }

    /// @param feature width of a detector feature
    /// @param box     numbers that describe a place
    /// @param width   D
    /// @param epsilon of the norms
    /// @param scale   of the sum: 1, or 1/2 for a mean
    /// @param dropout while training
    public record Facts(int feature, int box, int width, double epsilon, double scale, double dropout) {
    }

    private final Facts facts;
    private final Linear feature;
    private final Linear box;
    private final Optional<LayerNorm> featureNorm;
    private final Optional<LayerNorm> boxNorm;
    private final Optional<LayerNorm> norm;

    public RegionEmbedding(Facts facts, Names names) {
        this.facts = facts;
        feature = child(names.feature(), new Linear(facts.feature(), facts.width()));
        box = child(names.box(), new Linear(facts.box(), facts.width()));
        featureNorm = names.featureNorm().map(this::norm);
        boxNorm = names.boxNorm().map(this::norm);
        norm = names.norm().map(this::norm);
    }

    private LayerNorm norm(String name) {
        return child(name, new LayerNorm(facts.width(), facts.epsilon()));
    }

    /// @param features (B, N, feature)
    /// @param boxes    (B, N, box)
    /// @param added    summed before the last norm: a segment vector
    /// @return (B, N, D)
    public NDArray apply(Pass pass, NDArray features, NDArray boxes, Optional<NDArray> added) {
        NDArray what = feature.apply(features);
        NDArray where = box.apply(boxes);
        NDArray sum = featureNorm.map(n -> n.apply(what)).orElse(what)
                .add(boxNorm.map(n -> n.apply(where)).orElse(where));
        NDArray scaled = facts.scale() == 1 ? sum : Scalars.times(sum, facts.scale());
        NDArray all = added.map(scaled::add).orElse(scaled);
        return Dropout.apply(pass, norm.map(n -> n.apply(all)).orElse(all), facts.dropout());
    }

    /// @return the projection of the feature, which a head may use the other way round
    public Linear feature() {
        return feature;
    }
}
