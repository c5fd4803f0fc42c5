package org.diptych.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Expected values were drawn with Python 3 and NumPy 2.
@Tag("unit")
class DynamicMaskingTest {
    @Test
    void theSeedIsPythonsHash() {
        assertThat(DynamicMasking.generatorSeed(1, 0, 0)).isEqualTo(974528);
        assertThat(DynamicMasking.generatorSeed(1, 1, 0)).isEqualTo(810752);
        assertThat(DynamicMasking.generatorSeed(7, 3, 399)).isEqualTo(990656);
    }

    @Test
    void theDrawsAreNumPys() {
        NumPyRandom random = new NumPyRandom(5);
        int[] different = random.different(20_000, 600);
        assertThat(different).startsWith(3818, 5106, 13164, 651, 18536).endsWith(13415).doesNotHaveDuplicates();
        assertThat(random.uniform()).isCloseTo(0.6568306231956048, within(1e-15));
    }

    @Test
    void aMaskIsAFunctionOfSeedEpochAndIndex() {
        long[] text = LongStream.range(100, 140).toArray();
        DynamicMasking.Masked masked = DynamicMasking.roberta(50265).apply(text, 7, 3, 0);
        Map<Integer, Long> chosen = new TreeMap<>();
        for (int i = 0; i < text.length; i++) {
            if (masked.chosen()[i]) {
                chosen.put(i, masked.ids()[i]);
            } else {
                assertThat(masked.ids()[i]).isEqualTo(text[i]);
            }
        }
        assertThat(chosen).isEqualTo(Map.of(14, 50264L, 22, 50264L, 26, 126L, 27, 45115L, 29, 50264L, 31, 131L));
    }
}
