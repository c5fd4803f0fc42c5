package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.DropPath;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.StackedAttention;
import org.diptych.engine.tower.Multiway;

/// One layer: shared attention, then the expert of what stands there, each with its own norm; one pair of layer scales (Touvron et al. 2021) for all experts.
final class VlmoBlock extends Module implements RunsInSegments {
    /// A feed-forward part with the norm before it.
    private static final class Expert extends Module {
        private final LayerNorm norm;
        private final Linear fc1;
        private final Linear fc2;

        Expert(VlmoConfig config, String name) {
            norm = child("norm2_" + name, new LayerNorm(config.width(), config.epsilon()));
            fc1 = child("mlp_" + name + ".fc1", new Linear(config.width(), config.mlp()));
            fc2 = child("mlp_" + name + ".fc2", new Linear(config.mlp(), config.width()));
        }

        List<NDArray> tensors() {
            return List.of(norm.weight(), norm.bias(), fc1.weight(), fc1.bias(), fc2.weight(), fc2.bias());
        }

        boolean adapted() {
            return fc1.adapted() || fc2.adapted();
        }

        NDArray apply(NDArray x) {
            return fc2.apply(Activations.GELU.apply(fc1.apply(norm.apply(x))));
        }
    }

    /// Attention's scale and the expert's.
    private record Scales(Weight first, Weight second) {
    }

    private final double dropPath;
    private final Optional<Scales> scales;
    private final LayerNorm norm;
    private final StackedAttention attention;
    private final Expert text;
    private final Expert picture;
    private final Optional<Expert> pair;

    VlmoBlock(VlmoConfig config, int layer) {
        dropPath = DropPath.rate(config.dropPath(), layer, config.layers());
        scales = config.scale() > 0
                ? Optional.of(new Scales(weight("gamma_1", config.width()), weight("gamma_2", config.width())))
                : Optional.empty();
        norm = child("norm1", new LayerNorm(config.width(), config.epsilon()));
        attention = child("attn", new StackedAttention(config.width(), config.heads(), config.biased()));
        text = child("", new Expert(config, "text"));
        picture = child("", new Expert(config, "imag"));
        pair = layer >= config.pairFrom() ? Optional.of(child("", new Expert(config, "vl"))) : Optional.empty();
    }

    /// @param x     (B, T, D)
    /// @param route which experts take which positions
    /// @return (B, T, D)
    NDArray apply(Pass pass, NDArray x, Optional<NDArray> mask, Route route, String site, int layer) {
        NDArray seen = attention.apply(pass, norm.apply(x), mask, site, layer);
        NDArray y = x.add(DropPath.apply(pass, scaled(seen, scales.map(Scales::first)), dropPath));
        NDArray thought = route.throughPair(layer)
                ? pair.orElseThrow().apply(y)
                : Multiway.apply(y, route.words(), text::apply, picture::apply);
        return y.add(DropPath.apply(pass, scaled(thought, scales.map(Scales::second)), dropPath));
    }

    /// @return true while one of its linear maps is more than its matrix
    boolean adapted() {
        return attention.adapted() || text.adapted() || picture.adapted() || pair.filter(Expert::adapted).isPresent();
    }

    /// @return in the order of [org.diptych.engine.kernel.StackedKernel], with the experts that the route takes
    List<NDArray> tensors(Route route, int layer) {
        List<NDArray> all = new ArrayList<>(List.of(norm.weight(), norm.bias()));
        all.addAll(attention.tensors());
        if (route.throughPair(layer)) {
            all.addAll(pair.orElseThrow().tensors());
        } else {
            if (route.words() > 0) {
                all.addAll(text.tensors());
            }
            if (route.words() < route.positions()) {
                all.addAll(picture.tensors());
            }
        }
        all.addAll(attention.biases());
        scales.ifPresent(s -> all.addAll(List.of(s.first.get(), s.second.get())));
        return all;
    }

    private static NDArray scaled(NDArray x, Optional<Weight> scale) {
        return scale.isPresent() ? x.mul(scale.get().get()) : x;
    }
}
