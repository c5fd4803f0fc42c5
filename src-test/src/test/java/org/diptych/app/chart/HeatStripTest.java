package org.diptych.app.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javafx.beans.property.SimpleObjectProperty;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.Spread;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Which evaluation and which size a place of the strip stands for.
@Tag("unit")
class HeatStripTest {
    private final HeatStrip strip = new HeatStrip(new SimpleObjectProperty<>(Theme.LIGHT), 0, (column, bin) -> "");

    private static HeatStrip.Column column(int step, int... bins) {
        List<Long> counts = new ArrayList<>(Collections.nCopies(32, 0L));
        for (int bin : bins) {
            counts.set(bin, 10L);
        }
        return new HeatStrip.Column(step, new Spread.Bins(counts, 0, 0, 0, 0));
    }

    private int step(double x) {
        return strip.at(x, 1).orElseThrow().column().step();
    }

    @Test
    void columnsStandWhereTheirStepsAreAndUnusedBinsAreLeftOut() {
        assertThat(strip.at(0, 0)).isEmpty();
        strip.resize(400, 84);
        strip.show(List.of(column(0, 9), column(10, 9, 12), column(30, 10)));
        assertThat(strip.lowest()).isEqualTo(9);
        assertThat(strip.highest()).isEqualTo(12);
        // 30 steps and an average column of 15 behind them are 400 pixels wide
        assertThat(step(0)).isZero();
        assertThat(step(88)).isZero();
        assertThat(step(90)).isEqualTo(10);
        assertThat(step(266)).isEqualTo(10);
        assertThat(step(268)).isEqualTo(30);
        assertThat(step(399)).isEqualTo(30);
        assertThat(strip.at(400, 1)).isEmpty();
        assertThat(strip.at(5, 0).orElseThrow().bin()).as("large is above").isEqualTo(12);
        assertThat(strip.at(5, 83).orElseThrow().bin()).isEqualTo(9);
        strip.show(List.of(column(7, 0)));
        assertThat(step(399)).isEqualTo(7);
    }

    @Test
    void rareIsPaleButSeen() {
        assertThat(HeatStrip.strength(0)).isZero();
        assertThat(HeatStrip.strength(1e-9)).isEqualTo(0.08);
        assertThat(HeatStrip.strength(0.1)).isBetween(HeatStrip.strength(0.01), HeatStrip.strength(0.3));
        assertThat(HeatStrip.strength(0.6)).isEqualTo(1);
    }

    @Test
    void figuresAreShort() {
        assertThat(List.of(0.0, 1e-12, 3.16e-7, 0.0562, 0.5, 3.14159, 42.42, 123.4, 12345.0).stream()
                .map(SpreadPane::figure)).containsExactly("0", "1e-12", "3.2e-7", "0.056", "0.50", "3.14", "42.4",
                        "123", "1.2e4");
    }
}
