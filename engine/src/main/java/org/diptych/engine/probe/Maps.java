package org.diptych.engine.probe;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.model.Probe;

/// The head mean of every map of one pass, in the order in which the model ran them. A second pass through the same layer is passed over: the first is the one explained.
final class Maps implements Probe {
    /// @param values (Q, K) of the first sample
    record Seen(AttentionSite site, int layer, float[] values) {
    }

    private final Map<String, AttentionSite> sites;
    private final List<Seen> all = new ArrayList<>();
    private final Set<String> known = new HashSet<>();

    Maps(List<AttentionSite> sites) {
        this.sites = sites.stream().collect(Collectors.toMap(AttentionSite::name, Function.identity()));
    }

    List<Seen> all() {
        return all;
    }

    @Override
    public NDArray attention(String name, int layer, NDArray weights) {
        AttentionSite site = sites.get(name);
        if (site != null && known.add(name + "#" + layer)) {
            try (NDArray first = Recorder.firstSample(weights, site)) {
                all.add(new Seen(site, layer, MapAlgebra.mean(first.toFloatArray(), site.heads(),
                        site.query().size() * site.key().size())));
            }
        }
        return weights;
    }

    @Override
    public void hidden(String stream, int index, NDArray state) {
        // only attention is kept
    }

    @Override
    public void value(String name, NDArray value) {
        // only attention is kept
    }
}
