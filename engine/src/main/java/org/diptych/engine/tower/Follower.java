package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.diptych.engine.model.Weight;

/// The step that a copy makes behind its model: m <- k m + (1 - k) p, done before its features of the same batch are taken (He et al. 2020, equation 2; ALBEF section 3.3; BLIP section 3.2). The copy's own tensors are not touched here: the
/// moved ones stand in for the length of a call, and who trains writes them down afterwards.
public final class Follower {
    private final Map<Weight, NDArray> moved = new LinkedHashMap<>();

    /// @param online the model's weights by name
    /// @param copy   the copy's, under names with `_m`
    /// @param keep   k
    /// @param near   says where the moved tensors live
    public Follower(Map<String, Weight> online, Map<String, Weight> copy, double keep, NDArray near) {
        NDArray one = near.getManager().create(1f);
        copy.forEach((name, weight) -> {
            Weight source = online.get(leader(name));
            moved.put(weight, one.mul((float) keep).mul(weight.get())
                    .add(one.mul((float) (1 - keep)).mul(source.get())).stopGradient());
        });
    }

    private static String leader(String name) {
        return name.replaceFirst("_m\\.", ".");
    }

    /// Makes the copy what the model is, as it is before training.
    public static void start(Map<String, Weight> online, Map<String, Weight> copy) {
        copy.forEach((name, weight) -> weight.set(online.get(leader(name)).get().duplicate()));
    }

    /// Runs something with the moved tensors in place.
    public <T> T during(Supplier<T> body) {
        Map<Weight, NDArray> before = new LinkedHashMap<>();
        moved.forEach((weight, value) -> {
            before.put(weight, weight.get());
            weight.set(value);
        });
        try {
            return body.get();
        } finally {
            before.forEach(Weight::set);
        }
    }

    /// @return copy's weight -> where it stands after the step
    public Map<Weight, NDArray> moved() {
        return moved;
    }
}
