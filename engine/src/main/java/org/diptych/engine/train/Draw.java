package org.diptych.engine.train;

import java.util.SplittableRandom;
import org.diptych.engine.objective.Seeds;

/// Which examples a step learns from: a function of (seed, step) and of what a person changed, so that a resumed run draws what the first would have drawn. Each epoch goes once through a new
/// order of all groups.
final class Draw {
    /// How many examples the steps learn from.
    interface Sizes {
        /// @param step from 1
        int batch(int step);

        /// @param group how many neighbours stay together
        /// @return whole groups that all steps before it drew
        long before(int step, int group);

        /// @return the same for all steps
        static Sizes of(int batch) {
            return new Sizes() {
                @Override
                public int batch(int step) {
                    return batch;
                }

                @Override
                public long before(int step, int group) {
                    return (long) (step - 1) * (batch / group);
                }
            };
        }
    }

    private final long seed;
    private final int groups;
    private final int group;
    private final Sizes sizes;
    private final Corrections corrections;
    private long orderOf = -1;
    private int[] order = new int[0];

    /// @param size  examples
    /// @param group how many neighbours stay together
    /// @param sizes examples a step
    /// @param corrections say what a person put into steps
    Draw(long seed, int size, int group, Sizes sizes, Corrections corrections) {
        this.corrections = corrections;
        this.seed = seed;
        this.groups = size / group;
        this.group = group;
        this.sizes = sizes;
    }

    /// @param step from 1
    int[] examples(int step) {
        return corrections.examples(step, drawn(step), group);
    }

    /// @return examples of that step
    int size(int step) {
        return sizes.batch(step) / group * group;
    }

    /// @return true while a person may put one more into that step
    boolean room(int step) {
        return corrections.room(step, drawn(step), group);
    }

    private int[] drawn(int step) {
        int each = sizes.batch(step) / group;
        long before = sizes.before(step, group);
        int[] out = new int[each * group];
        for (int i = 0; i < each; i++) {
            long place = before + i;
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
        int each = sizes.batch(step) / group;
        long before = sizes.before(step, group);
        long[] out = new long[each * group];
        for (int i = 0; i < out.length; i++) {
            out[i] = (before + i / group) / groups;
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
