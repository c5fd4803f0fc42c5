package org.diptych.engine.objective;

import java.util.Arrays;

/// The draws of NumPy's `default_rng(seed)`, number by number, so that a reference's random choices can be made again: PCG64 (O'Neill 2014, XSL-RR 128/64),
/// started by `SeedSequence`, bounded integers by Lemire's method (2019).
final class NumPyRandom {
    private static final long MULTIPLIER_HIGH = 0x2360ED051FC65DA4L;
    private static final long MULTIPLIER_LOW = 0x4385DF649FCCF645L;
    private static final int POOL = 4;
    private static final int LARGE_POPULATION = 10_000;

    private final long stepHigh;
    private final long stepLow;
    private long high;
    private long low;
    private int spare;
    private boolean hasSpare;

    /// @param seed as given to `default_rng`
    NumPyRandom(int seed) {
        long[] words = words(seed);
        stepHigh = words[2] << 1 | words[3] >>> 63;
        stepLow = words[3] << 1 | 1;
        step();
        add(words[0], words[1]);
        step();
    }

    /// `SeedSequence(seed).generate_state(4, uint64)`.
    private static long[] words(int seed) {
        int[] pool = new int[POOL];
        int[] constant = {0x43b0d7e5};
        for (int i = 0; i < POOL; i++) {
            pool[i] = stir(i == 0 ? seed : 0, constant, 0x931e8875);
        }
        for (int from = 0; from < POOL; from++) {
            for (int to = 0; to < POOL; to++) {
                if (from != to) {
                    int mixed = 0xca01f9dd * pool[to] - 0x4973f715 * stir(pool[from], constant, 0x931e8875);
                    pool[to] = mixed ^ mixed >>> 16;
                }
            }
        }
        long[] words = new long[4];
        constant[0] = 0x8b51f9dd;
        for (int i = 0; i < 2 * words.length; i++) {
            long part = stir(pool[i % POOL], constant, 0x58f38ded) & 0xffffffffL;
            words[i / 2] |= i % 2 == 0 ? part : part << 32;
        }
        return words;
    }

    private static int stir(int value, int[] constant, int multiplier) {
        int mixed = value ^ constant[0];
        constant[0] *= multiplier;
        mixed *= constant[0];
        return mixed ^ mixed >>> 16;
    }

    private void step() {
        long product = low * MULTIPLIER_LOW;
        high = Math.unsignedMultiplyHigh(low, MULTIPLIER_LOW) + high * MULTIPLIER_LOW + low * MULTIPLIER_HIGH;
        low = product;
        add(stepHigh, stepLow);
    }

    private void add(long addedHigh, long addedLow) {
        long sum = low + addedLow;
        high += addedHigh + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0);
        low = sum;
    }

    private long next64() {
        step();
        return Long.rotateRight(high ^ low, (int) (high >>> 58));
    }

    /// One draw of 64 bits serves two of 32, the lower half first.
    private int next32() {
        if (hasSpare) {
            hasSpare = false;
            return spare;
        }
        long both = next64();
        spare = (int) (both >>> 32);
        hasSpare = true;
        return (int) both;
    }

    /// @return uniform in [0, 1), as `random()`
    double uniform() {
        return (next64() >>> 11) * 0x1.0p-53;
    }

    /// @return uniform in 0 .. largest
    private int bounded(int largest) {
        if (largest == 0) {
            return 0;
        }
        long count = largest + 1L;
        long product = (next32() & 0xffffffffL) * count;
        long threshold = (0xffffffffL - largest) % count;
        while ((product & 0xffffffffL) < threshold) {
            product = (next32() & 0xffffffffL) * count;
        }
        return (int) (product >>> 32);
    }

    /// @return `size` different numbers below `population`, as `choice(population, size, replace=False)`
    int[] different(int population, int size) {
        boolean large = population > LARGE_POPULATION && size > population / 50;
        return large ? tail(population, size) : floyd(population, size);
    }

    private int[] tail(int population, int size) {
        int[] all = new int[population];
        Arrays.setAll(all, i -> i);
        shuffle(all, Math.max(population - size, 1));
        return Arrays.copyOfRange(all, population - size, population);
    }

    /// Floyd's sampling (Bentley and Floyd 1987), shuffled afterwards.
    private int[] floyd(int population, int size) {
        boolean[] taken = new boolean[population];
        int[] chosen = new int[size];
        for (int last = population - size; last < population; last++) {
            int drawn = bounded(last);
            int kept = taken[drawn] ? last : drawn;
            taken[kept] = true;
            chosen[last - population + size] = kept;
        }
        shuffle(chosen, 1);
        return chosen;
    }

    private void shuffle(int[] values, int first) {
        for (int i = values.length - 1; i >= first; i--) {
            int other = bounded(i);
            int held = values[other];
            values[other] = values[i];
            values[i] = held;
        }
    }

    /// @param cumulated running sums of the weights, the last one 1
    /// @return a place drawn with these weights, as `choice(n, p=weights)`
    int weighted(double[] cumulated) {
        double drawn = uniform();
        int place = 0;
        while (cumulated[place] <= drawn) {
            place++;
        }
        return place;
    }
}
