package org.diptych.engine.objective;

/// Seeds from seeds.
public final class Seeds {
    private Seeds() {
    }

    /// @return a seed for (seed, number), far from its neighbours'
    public static long mix(long seed, long number) {
        long z = seed * 0x9E3779B97F4A7C15L + number;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }
}
