package org.diptych.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.diptych.engine.api.EvaluateResult.Mark;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What counts as a difference between two models of the same plan.
@Tag("unit")
class NoiseTest {
    private static final double SEEDS = 0.02;

    private static List<Mark> mark(String name, double value, int count) {
        return List.of(new Mark(name, value, Double.NaN, false, count));
    }

    @Test
    void theErrorIsThatOfTwoShares() {
        // p = (80 + 1) / 102 and q = (90 + 1) / 102, by hand
        double p = 81 / 102.0;
        double q = 91 / 102.0;
        assertThat(Noise.allowed(0.8, 0.9, 100))
                .isCloseTo(3.2905 * Math.sqrt(p * (1 - p) / 102 + q * (1 - q) / 102) + SEEDS, within(1e-12));
        assertThat(Noise.allowed(0.5, 0.5, 400)).isCloseTo(3.2905 * Math.sqrt(0.5 / 402) + SEEDS, within(1e-12));
        assertThat(Noise.allowed(1, 1, 100)).as("certainty needs more than a hundred cases").isBetween(0.05, 0.08);
    }

    /// Of models that are alike, one mark in a thousand at most is said to differ.
    @Test
    void chanceAloneSeldomPasses() {
        SplittableRandom random = new SplittableRandom(3);
        for (double share : new double[]{0.02, 0.3, 0.8, 0.99}) {
            int beyond = 0;
            for (int i = 0; i < 20_000; i++) {
                double one = drawn(random, share, 60);
                double other = drawn(random, share, 60);
                beyond += Math.abs(one - other) > Noise.allowed(one, other, 60) - SEEDS ? 1 : 0;
            }
            assertThat(beyond).as("of %s, in twenty thousand", share).isLessThan(40);
        }
    }

    private static double drawn(SplittableRandom random, double share, int count) {
        int right = 0;
        for (int i = 0; i < count; i++) {
            right += random.nextDouble() < share ? 1 : 0;
        }
        return (double) right / count;
    }

    @Test
    void aModelThatIsWorseIsNoticedAndOneThatIsAlikeIsNot() {
        assertThat(Noise.beyond(mark("r1", 0.98, 100), mark("r1", 0.95, 100))).isEmpty();
        assertThat(Noise.beyond(mark("r1", 0.98, 100), mark("r1", 0.70, 100))).singleElement().asString()
                .startsWith("r1\t0.9800\t0.7000\t");
        assertThat(Noise.beyond(mark("r1", 0.70, 100), mark("r1", 0.98, 100))).as("or much better").hasSize(1);
        assertThat(Noise.beyond(mark("r1", 0.98, 10), mark("r1", 0.70, 10))).as("ten cases tell little").isEmpty();
        assertThat(Noise.beyond(mark("r1", 0.98, 1000), mark("r1", 0.70, 10))).as("nor do they on one side").isEmpty();
    }

    @Test
    void aMarkThatIsMissingOrNoNumberIsNoticed() {
        assertThat(Noise.beyond(mark("a", 1, 100), mark("b", 1, 100))).containsExactly("a: only of the shipped weights",
                "b: only of the new weights");
        assertThat(Noise.beyond(mark("a", 1, 100), mark("a", Double.NaN, 100))).hasSize(1);
    }
}
