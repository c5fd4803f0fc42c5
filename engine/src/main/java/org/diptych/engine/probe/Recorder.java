package org.diptych.engine.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.model.Probe;

/// Copies the attention of the first sample of a batch out of the engine, bounded by a [TraceSelection].
public final class Recorder implements Probe {
    private final Map<String, Store> stores = new HashMap<>();
    private final List<AttentionSite> sites;
    private final List<AttentionTrace.Step> steps = new ArrayList<>();

    private record Store(AttentionSite site, boolean allHeads, int focus, float[][] mean, float[][][] byHead) {
    }

    /// @param sites     the model's sites with the sizes of this input; attention of other names is passed over
    /// @param selection how much to keep
    public Recorder(List<AttentionSite> sites, TraceSelection selection) {
        this.sites = List.copyOf(sites);
        for (AttentionSite site : sites) {
            long floats = (long) site.layers() * site.heads() * site.query().size() * site.key().size();
            int focus = selection.focusLayer().getOrDefault(site.name(), site.layers() - 1);
            stores.put(site.name(), new Store(site, floats <= selection.maxFloats(), focus, new float[site.layers()][],
                    new float[site.layers()][0][]));
        }
    }

    @Override
    public NDArray attention(String name, int number, NDArray weights) {
        Store store = stores.get(name);
        int layer = store == null ? 0 : store.site.place(number);
        if (store == null || store.mean[layer] != null) {
            return weights;
        }
        steps.add(new AttentionTrace.Step(name, layer));
        int heads = store.site.heads();
        int map = store.site.query().size() * store.site.key().size();
        try (NDArray first = firstSample(weights, store.site)) {
            float[] all = first.toFloatArray(); // (H, Q, K)
            store.mean[layer] = MapAlgebra.mean(all, heads, map);
            if (store.allHeads || layer == store.focus) {
                store.byHead[layer] = split(all, heads, map);
            }
        }
        return weights;
    }

    /// Padding lies behind what was written, so the first Q rows and K columns are the sample's own.
    static NDArray firstSample(NDArray weights, AttentionSite site) {
        return weights.get(new NDIndex("0, :, :{}, :{}", site.query().size(), site.key().size())); // (H, Q, K)
    }

    private static float[][] split(float[] all, int heads, int map) {
        float[][] out = new float[heads][map];
        for (int h = 0; h < heads; h++) {
            System.arraycopy(all, h * map, out[h], 0, map);
        }
        return out;
    }

    @Override
    public void hidden(String stream, int index, NDArray state) {
        // a trace holds attention only
    }

    @Override
    public void value(String name, NDArray value) {
        // a trace holds attention only
    }

    /// @return what was heard; a site that stayed silent is left out
    public AttentionTrace trace() {
        List<AttentionTrace.SiteTrace> heard = new ArrayList<>();
        for (AttentionSite site : sites) {
            Store store = stores.get(site.name());
            if (store.mean.length > 0 && store.mean[0] != null) {
                heard.add(new AttentionTrace.SiteTrace(site, store.mean, store.byHead));
            }
        }
        return new AttentionTrace(heard, steps);
    }
}
