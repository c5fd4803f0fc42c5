package org.diptych.app.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class PhaseChartTest {
    @ParameterizedTest
    @CsvSource({"0.83, 1", "1, 1", "1.2, 2", "2.4, 5", "7, 10", "0.03, 0.05", "410, 500"})
    void stepsOfAnAxisAreRound(double least, double step) {
        assertThat(PhaseChart.step(least)).isCloseTo(step, within(1e-9));
    }
}
