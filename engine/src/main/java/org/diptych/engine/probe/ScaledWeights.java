package org.diptych.engine.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.model.Weight;

/// Puts scaled copies in the place of some weights until it is closed. With tiny embeddings a norm's epsilon decides the result, so a wrong one shows.
public final class ScaledWeights implements AutoCloseable {
    private final Map<Weight, NDArray> originals = new LinkedHashMap<>();

    /// @param weights the model's
    /// @param names   which of them
    /// @param factor  what they are multiplied with
    /// @param scope   owns the copies
    public ScaledWeights(Map<String, Weight> weights, Collection<String> names, float factor, NDManager scope) {
        for (String name : names) {
            Weight weight = weights.get(name);
            if (weight == null) {
                close();
                throw new IllegalArgumentException(name);
            }
            originals.put(weight, weight.get());
            NDArray one = scope.create(factor);
            weight.set(one.mul(weight.get()));
        }
    }

    @Override
    public void close() {
        originals.forEach(Weight::set);
    }
}
