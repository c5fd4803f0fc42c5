package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Hears the gradient of a score with respect to attention weights. To each map it adds zeros that require a gradient; the gradient of those zeros is the
/// gradient of the map, which the engine does not keep for values in the middle of a graph.
public final class Ear implements Probe {
    /// One map that was heard.
    public record Heard(String site, int layer) {
    }

    private final Map<Heard, NDArray> weights = new LinkedHashMap<>();
    private final Map<Heard, NDArray> zeros = new LinkedHashMap<>();

    @Override
    public NDArray attention(String site, int layer, NDArray map) {
        Heard key = new Heard(site, layer);
        if (zeros.containsKey(key)) {
            return map; // a second pass through the same site: the first is the one explained
        }
        NDArray zero = map.zerosLike();
        zero.setRequiresGradient(true);
        weights.put(key, map);
        zeros.put(key, zero);
        return map.add(zero);
    }

    @Override
    public void hidden(String stream, int index, NDArray state) {
        // only attention is heard
    }

    @Override
    public void value(String name, NDArray value) {
        // only attention is heard
    }

    public boolean heard(String site, int layer) {
        return zeros.containsKey(new Heard(site, layer));
    }

    /// @return what was heard, in the order in which the model ran it
    public List<Heard> order() {
        return List.copyOf(zeros.keySet());
    }

    /// @return the zeros that catch the gradients
    public Collection<NDArray> zeros() {
        return List.copyOf(zeros.values());
    }

    /// @return (B, H, Q, K) as the pass used it
    public NDArray weights(String site, int layer) {
        return weights.get(new Heard(site, layer));
    }

    /// @return (B, H, Q, K), a new handle that the caller closes; call after `backward`
    public NDArray gradient(String site, int layer) {
        return zeros.get(new Heard(site, layer)).getGradient();
    }
}
