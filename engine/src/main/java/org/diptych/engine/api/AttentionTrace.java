package org.diptych.engine.api;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The attention of one input, copied out of the engine: plain floats that any thread may read.
///
/// @param sites one entry a site
/// @param steps every layer of every site in the order in which the model ran them
public record AttentionTrace(List<SiteTrace> sites, List<Step> steps) {
    /// @param site  a site's name
    /// @param layer from 0, as in its [SiteTrace]
    public record Step(String site, int layer) {
    }

    public static final int HEAD_MEAN = -1;
    public static final int HEAD_MAX = -2;

    public AttentionTrace {
        sites = List.copyOf(sites);
        steps = List.copyOf(steps);
    }

    public Optional<SiteTrace> site(String name) {
        return sites.stream().filter(s -> s.site().name().equals(name)).findFirst();
    }

    /// @param site   its axes have this input's sizes
    /// @param mean   `[layer]` -> (Q, K) row by row: the mean over heads
    /// @param byHead `[layer][head]` -> (Q, K); a layer that was not kept is an empty array
    public record SiteTrace(AttentionSite site, float[][] mean, float[][][] byHead) {
        public boolean hasHeads(int layer) {
            return byHead[layer].length > 0;
        }

        /// @param layer from 0
        /// @param head  from 0, or [#HEAD_MEAN] or [#HEAD_MAX]
        /// @return (Q, K) row by row; shared when it is stored as it stands, so not to be changed
        public float[] map(int layer, int head) {
            if (head == HEAD_MEAN || !hasHeads(layer)) {
                return mean[layer];
            }
            if (head == HEAD_MAX) {
                float[] max = byHead[layer][0].clone();
                for (float[] h : byHead[layer]) {
                    for (int i = 0; i < max.length; i++) {
                        max[i] = Math.max(max[i], h[i]);
                    }
                }
                return max;
            }
            return byHead[layer][head];
        }

        /// @return (K): where query position `q` looks
        public float[] row(int layer, int head, int q) {
            int k = site.key().size();
            return Arrays.copyOfRange(map(layer, head), q * k, (q + 1) * k);
        }

        /// @return (Q): who looks at key position `k`
        public float[] column(int layer, int head, int k) {
            int keys = site.key().size();
            float[] map = map(layer, head);
            float[] out = new float[site.query().size()];
            for (int q = 0; q < out.length; q++) {
                out[q] = map[q * keys + k];
            }
            return out;
        }
    }
}
