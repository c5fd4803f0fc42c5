package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Keeps every point of a pass under the path of the reference's module that gives it, with a number for each of its calls: `text_encoder.bert.encoder.layer.3#1`.
/// Streams and sites without a path are passed over.
public final class Calls implements Probe {
    private final Map<String, String> layers;
    private final Map<String, String> sites;
    private final Map<String, NDArray> heard = new LinkedHashMap<>();
    private final Map<String, Integer> count = new HashMap<>();

    /// @param layers stream -> path of its layers, `text_encoder.bert.encoder.layer`
    /// @param sites  attention site -> path with `%d` for the layer, `text_encoder.bert.encoder.layer.%d.cross_attn_probs`
    public Calls(Map<String, String> layers, Map<String, String> sites) {
        this.layers = Map.copyOf(layers);
        this.sites = Map.copyOf(sites);
    }

    @Override
    public NDArray attention(String site, int layer, NDArray weights) {
        if (sites.containsKey(site)) {
            call(String.format(java.util.Locale.ROOT, sites.get(site), layer), weights);
        }
        return weights;
    }

    @Override
    public void hidden(String stream, int index, NDArray state) {
        if (layers.containsKey(stream) && index > 0) {
            call(layers.get(stream) + "." + (index - 1), state);
        }
    }

    @Override
    public void value(String name, NDArray value) {
        call(name, value);
    }

    private void call(String path, NDArray value) {
        int number = count.merge(path, 1, Integer::sum) - 1;
        heard.put(path + "#" + number, value);
    }

    public Map<String, NDArray> heard() {
        return heard;
    }
}
