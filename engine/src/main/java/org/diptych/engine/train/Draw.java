package org.diptych.engine.train;

import java.util.SplittableRandom;

/// Which examples a step learns from: a function of (seed, step) alone, so that a resumed run draws what the first would have drawn. Each epoch goes once through a new
/// order of all groups.
final class Draw {
    private final long seed;
    private final int groups;
    private final int group;
    private final int batch;
    private long orderOf = -1;
    private int[] order = new int[0];

    /// @param size  examples
    /// @param group how many neighbours stay together
    /// @param batch examples a step
    Draw(long seed, int size, int group, int batch) {
        this.seed = seed;
        this.groups = size / group;
        this.group = group;
        this.batch = batch;
    }

    /// @param step from 1
    int[] examples(int step) {
        int each = batch / group;
        int[] out = new int[each * group];
        for (int i = 0; i < each; i++) {
            long place = (long) (step - 1) * each + i;
            int chosen = order(place / groups)[(int) (place % groups)];
            for (int k = 0; k < group; k++) {
                out[i * group + k] = chosen * group + k;
            }
        }
        return out;
    }

    private int[] order(long epoch) {
        if (epoch != orderOf) {
            SplittableRandom random = new SplittableRandom(mix(seed, epoch));
            order = new int[groups];
            for (int i = 0; i < groups; i++) {
                int j = random.nextInt(i + 1);
                order[i] = order[j];
                order[j] = i;
            }
            orderOf = epoch;
        }
        return order;
    }

    /// @return a seed for (seed, number), far from its neighbours'
    static long mix(long seed, long number) {
        long z = seed * 0x9E3779B97F4A7C15L + number;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
