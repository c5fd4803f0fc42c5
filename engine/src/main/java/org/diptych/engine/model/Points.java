package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;

/// Keeps every point of a pass as a tensor: `STREAM.hidden.I`, `SITE.attn.I` and the named values.
public final class Points implements Probe {
    private final Map<String, NDArray> heard = new LinkedHashMap<>();
    private final String prefix;

    /// @param prefix put before every name, for a model that runs several passes: `masked.`
    public Points(String prefix) {
        this.prefix = prefix;
    }

    @Override
    public NDArray attention(String site, int layer, NDArray weights) {
        heard.put(prefix + site + ".attn." + layer, weights);
        return weights;
    }

    @Override
    public void hidden(String stream, int index, NDArray state) {
        heard.put(prefix + stream + ".hidden." + index, state);
    }

    @Override
    public void value(String name, NDArray value) {
        heard.put(prefix + name, value);
    }

    public Map<String, NDArray> heard() {
        return heard;
    }
}
