package org.diptych.app.chart;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The point that the mouse means.
@Tag("unit")
class ChartReadoutTest {
    @Test
    void theNearestStepIsFound() {
        double[] steps = {0, 5, 10, 20, 40, 77};
        assertThat(Track.nearest(steps, 0, 3)).isEqualTo(-1);
        assertThat(Track.nearest(steps, 1, 99)).isZero();
        assertThat(Track.nearest(steps, 5, -4)).isZero();
        assertThat(Track.nearest(steps, 5, 7)).isEqualTo(1);
        assertThat(Track.nearest(steps, 5, 8)).isEqualTo(2);
        assertThat(Track.nearest(steps, 5, 29)).isEqualTo(3);
        assertThat(Track.nearest(steps, 5, 31)).isEqualTo(4);
        assertThat(Track.nearest(steps, 5, 1000)).isEqualTo(4);
    }
}
