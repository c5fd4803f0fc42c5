package org.diptych.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What is done to a curve before it is drawn.
@Tag("unit")
class CurveMathTest {
    @Test
    void ofEachColumnTheFirstTheExtremesAndTheLastStay() {
        int n = 100_000;
        double[] x = new double[n];
        double[] y = new double[n];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < n; i++) {
            x[i] = i;
            y[i] = random.nextDouble();
        }
        y[54_321] = 50;
        int columns = 500;
        int[] kept = CurveMath.thinned(x, y, n, 20_000, 80_000, columns);
        assertThat(kept).isSorted().doesNotHaveDuplicates().contains(54_321)
                .hasSizeLessThanOrEqualTo(4 * (columns + 2));
        assertThat(kept[0]).isEqualTo(19_999);
        assertThat(kept[kept.length - 1]).isEqualTo(80_001);
        double least = 2;
        double most = 0;
        for (int i = 20_000; i < 20_120; i++) { // the first column
            least = Math.min(least, y[i]);
            most = Math.max(most, y[i]);
        }
        double[] first = Arrays.stream(kept).filter(i -> i >= 20_000 && i < 20_120).mapToDouble(i -> y[i]).toArray();
        assertThat(Arrays.stream(first).min().orElseThrow()).isEqualTo(least);
        assertThat(Arrays.stream(first).max().orElseThrow()).isEqualTo(most);
    }

    @Test
    void aFewPointsStayAsTheyAre() {
        double[] x = {0, 1, 2, 3, 4};
        assertThat(CurveMath.thinned(x, x, 5, 0, 4, 100)).containsExactly(0, 1, 2, 3, 4);
        assertThat(CurveMath.thinned(x, x, 3, 0, 4, 100)).containsExactly(0, 1, 2);
        assertThat(CurveMath.thinned(x, x, 5, 1.5, 2.5, 100)).containsExactly(1, 2, 3);
        assertThat(CurveMath.thinned(x, x, 0, 0, 1, 100)).isEmpty();
    }

    @Test
    void anOutlierDoesNotFlattenTheRest() {
        double[] values = new double[1000];
        Arrays.setAll(values, i -> 1 + i / 1000.0);
        values[7] = 1e6;
        double[] ends = CurveMath.clipped(values);
        assertThat(ends[0]).isBetween(0.8, 1.05);
        assertThat(ends[1]).isBetween(1.95, 2.3);
        assertThat(CurveMath.clipped(new double[]{3})).containsExactly(3, 3);
        assertThat(CurveMath.clipped(new double[]{3, 4})).containsExactly(3, 4);
    }

    @Test
    void smoothingDoesNotLeanToZero() {
        assertThat(CurveMath.smoothed(new double[]{5, 5, 5}, 0.9)).containsExactly(new double[]{5, 5, 5},
                within(1e-12));
        assertThat(CurveMath.smoothed(new double[]{1, 2}, 0)).containsExactly(1, 2);
        // (0.5 * 0.5 * 1 + 0.5 * 3) / 0.75
        assertThat(CurveMath.smoothed(new double[]{1, 3}, 0.5)[1]).isCloseTo(1.75 / 0.75, within(1e-12));
    }
}
