package org.diptych.engine.train;

import java.util.SplittableRandom;
import org.diptych.engine.objective.Seeds;

/// Which examples a step learns from: a function of (seed, step) and of what a person put there, so that a resumed run draws what the first would have drawn. Each epoch goes once through a new
/// order of all groups.
final class Draw {
    private final long seed;
    private final int groups;
    private final int group;
    private final int batch;
    private final Corrections corrections;
    private long orderOf = -1;
    private int[] order = new int[0];

    /// @param size  examples
    /// @param group how many neighbours stay together
    /// @param batch examples a step
    /// @param corrections say what a person put into steps
    Draw(long seed, int size, int group, int batch, Corrections corrections) {
        this.corrections = corrections;
        this.seed = seed;
        this.groups = size / group;
        this.group = group;
        this.batch = batch;
    }

    /// @param step from 1
    int[] examples(int step) {
        return corrections.examples(step, drawn(step), group);
    }

    /// @return true while a person may put one more into that step
    boolean room(int step) {
        return corrections.room(step, drawn(step), group);
    }

    private int[] drawn(int step) {
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

    /// @param step from 1
    /// @return how often each of the step's examples was drawn before
    long[] sights(int step) {
        int each = batch / group;
        long[] out = new long[each * group];
        for (int i = 0; i < out.length; i++) {
            out[i] = ((long) (step - 1) * each + i / group) / groups;
        }
        return out;
    }

    private int[] order(long epoch) {
        if (epoch != orderOf) {
            SplittableRandom random = new SplittableRandom(Seeds.mix(seed, epoch));
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
}
