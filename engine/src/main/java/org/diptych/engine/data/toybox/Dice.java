package org.diptych.engine.data.toybox;

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers from the same seed on every machine and Java version.
final class Dice {
    private long state;

    Dice(long seed) {
        state = mix(seed + 0x632BE59BD9B4E019L); // neighbouring seeds would otherwise walk the same road, one step apart
    }

    private long next() {
        state += 0x9E3779B97F4A7C15L;
        return mix(state);
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    /// @return 0 to bound - 1
    int roll(int bound) {
        return (int) Long.remainderUnsigned(next() >>> 1, bound);
    }

    /// @return 0 to 1, 1 excluded
    double real() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    <T> T pick(java.util.List<T> items) {
        return items.get(roll(items.size()));
    }

    <T> void shuffle(java.util.List<T> items) {
        for (int i = items.size() - 1; i > 0; i--) {
            java.util.Collections.swap(items, i, roll(i + 1));
        }
    }
}
