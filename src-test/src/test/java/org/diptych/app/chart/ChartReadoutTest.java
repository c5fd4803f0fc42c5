package org.diptych.app.chart;

import static org.assertj.core.api.Assertions.assertThat;

import org.jfree.data.xy.XYSeries;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The point that the mouse means.
@Tag("unit")
class ChartReadoutTest {
    @Test
    void theNearestStepIsFound() {
        XYSeries series = new XYSeries("s", false, true);
        assertThat(ChartReadout.nearest(series, 3)).isEmpty();
        series.add(0, 1);
        assertThat(ChartReadout.nearest(series, 99)).hasValue(0);
        for (int step : new int[]{5, 10, 20, 40}) {
            series.add(step, 1);
        }
        assertThat(ChartReadout.nearest(series, -4)).hasValue(0);
        assertThat(ChartReadout.nearest(series, 7)).hasValue(1);
        assertThat(ChartReadout.nearest(series, 8)).hasValue(2);
        assertThat(ChartReadout.nearest(series, 29)).hasValue(3);
        assertThat(ChartReadout.nearest(series, 31)).hasValue(4);
        assertThat(ChartReadout.nearest(series, 1000)).hasValue(4);
    }
}
