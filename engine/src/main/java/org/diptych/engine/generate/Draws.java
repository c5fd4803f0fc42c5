package org.diptych.engine.generate;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/// Where a drawn id comes from.
@FunctionalInterface
public interface Draws {
    /// @param step          from 0
    /// @param row           of the batch
    /// @param probabilities of every id, summing to 1
    /// @return an id
    int draw(int step, int row, double[] probabilities);

    /// The same seed, the same texts on every machine.
    static Draws seeded(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return uniform(random::nextDouble);
    }

    /// @param numbers below 1; each is used once: the id at which the sum of probabilities passes it is drawn
    static Draws uniform(DoubleSupplier numbers) {
        return (_, _, probabilities) -> {
            double left = numbers.getAsDouble();
            int last = 0;
            for (int id = 0; id < probabilities.length; id++) {
                if (probabilities[id] > 0) {
                    last = id;
                    left -= probabilities[id];
                    if (left < 0) {
                        return id;
                    }
                }
            }
            return last; // rounding left a little over
        };
    }

    /// Draws that were made elsewhere.
    ///
    /// @param ids step, row -> id
    static Draws given(long[][] ids) {
        return (step, row, _) -> Math.toIntExact(ids[step][row]);
    }
}
