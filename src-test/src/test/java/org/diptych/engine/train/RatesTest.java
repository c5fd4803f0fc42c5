package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.diptych.engine.api.FineTunePlan.Schedule;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class RatesTest {
    @Test
    void warmUpThenCosineToTheFloor() {
        Schedule schedule = new Schedule(10, 0.1);
        assertThat(Rates.at(1, 2, schedule, 110)).isCloseTo(0.2, within(1e-12));
        assertThat(Rates.at(5, 2, schedule, 110)).isCloseTo(1, within(1e-12));
        assertThat(Rates.at(10, 2, schedule, 110)).isCloseTo(2, within(1e-12));
        assertThat(Rates.at(60, 2, schedule, 110)).isCloseTo(2 * (0.1 + 0.9 / 2), within(1e-12));
        assertThat(Rates.at(110, 2, schedule, 110)).isCloseTo(0.2, within(1e-12));
        for (int step = 11; step <= 110; step++) {
            assertThat(Rates.at(step, 2, schedule, 110)).isLessThan(Rates.at(step - 1, 2, schedule, 110));
        }
    }

    @Test
    void withoutWarmUpAndWithNothingElse() {
        assertThat(Rates.at(1, 1, new Schedule(0, 0), 4)).isCloseTo((1 + Math.cos(Math.PI / 4)) / 2, within(1e-12));
        assertThat(Rates.at(3, 1, new Schedule(3, 0), 3)).isEqualTo(1);
    }

    @Test
    void anEpochShowsEveryExampleOnceAndPartnersTogether() {
        Draw draw = new Draw(5, 40, 2, 8);
        Set<Integer> seen = new HashSet<>();
        for (int step = 1; step <= 5; step++) {
            int[] examples = draw.examples(step);
            for (int i = 0; i < 8; i += 2) {
                assertThat(examples[i] % 2).isZero();
                assertThat(examples[i + 1]).isEqualTo(examples[i] + 1);
            }
            IntStream.of(examples).forEach(seen::add);
        }
        assertThat(seen).hasSize(40);
    }

    @Test
    void batchesFollowFromSeedAndStepAlone() {
        Draw first = new Draw(5, 30, 1, 8);
        for (int step = 1; step < 12; step++) {
            first.examples(step);
        }
        assertThat(new Draw(5, 30, 1, 8).examples(12)).isEqualTo(first.examples(12));
        assertThat(new Draw(6, 30, 1, 8).examples(12)).isNotEqualTo(first.examples(12));
        assertThat(first.examples(1)).isNotEqualTo(first.examples(2));
    }
}
