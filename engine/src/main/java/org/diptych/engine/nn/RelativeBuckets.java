package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.model.Staging;

/// How far two words stand apart, in few steps that grow with the distance (Raffel et al. 2020, section 2.1; Hugging Face `T5Attention._relative_position_bucket`): near distances have a bucket each,
/// farther ones share them on a logarithmic scale, and from `farthest` on all are one.
///
/// @param count    buckets of both directions together
/// @param farthest distance that the scale reaches
/// @param both     true with half of the buckets for what stands behind; false where nothing behind is seen
public record RelativeBuckets(int count, int farthest, boolean both) {
    /// @param distance place that is looked at less the place that looks
    /// @return from 0
    public int of(int distance) {
        int half = both ? count / 2 : count;
        int first = both && distance > 0 ? half : 0;
        int far = both ? Math.abs(distance) : Math.max(-distance, 0);
        int exact = half / 2;
        if (far < exact) {
            return first + far;
        }
        // in single precision, as the reference rounds
        float share = (float) Math.log(far / (float) exact) / (float) Math.log(farthest / (double) exact);
        return first + Math.min(exact + (int) (share * (half - exact)), half - 1);
    }

    /// @param from place of the first that looks; all places from 0 on are looked at, up to the last that looks
    /// @return int64 (looks, from + looks)
    public NDArray table(NDManager manager, int from, int looks) {
        int all = from + looks;
        long[] buckets = new long[looks * all];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = of(i % all - (from + i / all));
        }
        return Staging.longs(manager, buckets, new Shape(looks, all));
    }
}
