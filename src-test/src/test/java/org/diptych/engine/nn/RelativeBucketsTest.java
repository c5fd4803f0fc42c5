package org.diptych.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Buckets computed by hand from the formula: exact up to a half, then `exact + floor(log(d / exact) / log(farthest / exact) * (half - exact))`.
@Tag("unit")
class RelativeBucketsTest {
    private static int[] of(RelativeBuckets buckets, int... distances) {
        return Arrays.stream(distances).map(buckets::of).toArray();
    }

    /// 16 a side, 8 of them exact; from there 8 * log(d / 8) / log(16): 11 -> 0.92, 12 -> 1.17, 16 -> 2, 23 -> 3.05, 32 -> 4, 64 -> 6, 90 -> 6.98, 91 -> 7.01.
    @Test
    void whatReadsTellsWhatStandsInFrontFromWhatStandsBehind() {
        RelativeBuckets both = new RelativeBuckets(32, 128, true);
        assertThat(of(both, 0, -1, -7, -8, -11, -12, -16, -22, -23, -32, -64, -90, -91, -127, -128, -1000))
                .containsExactly(0, 1, 7, 8, 8, 9, 10, 10, 11, 12, 14, 14, 15, 15, 15, 15);
        assertThat(of(both, 1, 7, 8, 11, 12, 16, 32, 91, 1000)).containsExactly(17, 23, 24, 24, 25, 26, 28, 31, 31);
    }

    /// 32, 16 of them exact; from there 16 * log(d / 16) / log(8): 18 -> 0.91, 19 -> 1.32, 32 -> 5.33, 64 -> 10.67, 112 -> 14.97, 113 -> 15.04.
    @Test
    void whatWritesTellsOnlyWhatStandsInFront() {
        RelativeBuckets back = new RelativeBuckets(32, 128, false);
        assertThat(of(back, 0, -1, -15, -16, -18, -19, -32, -64, -112, -113, -128, -500)).containsExactly(0, 1, 15, 16,
                16, 17, 21, 26, 30, 31, 31, 31);
        assertThat(of(back, 1, 2, 300)).containsOnly(0);
    }

    @Test
    void aTableGoesOnWhereAnotherEnds() throws EngineException {
        TestLane.run(context -> {
            RelativeBuckets back = new RelativeBuckets(8, 16, false);
            long[] whole = back.table(context.scope(), 0, 5).toLongArray();
            assertThat(Arrays.copyOfRange(whole, 0, 5)).containsExactly(0, 0, 0, 0, 0);
            assertThat(Arrays.copyOfRange(whole, 20, 25)).containsExactly(4, 3, 2, 1, 0);
            assertThat(back.table(context.scope(), 4, 1).toLongArray())
                    .containsExactly(Arrays.copyOfRange(whole, 20, 25));
            assertThat(IntStream.range(0, 400).map(d -> back.of(-d)).max()).hasValue(7);
            return true;
        });
    }
}
