package org.diptych.engine.data.toybox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.Scene;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a reader without picture can know is held against the world itself: over many scenes the likeliest word is right as often as it is said to be.
@Tag("invariant")
class OddsTest {
    private static final int SCENES = 6000;

    @ParameterizedTest
    @CsvSource({"en, true", "en, false", "zh, true", "zh, false"})
    void theLikeliestWordIsRightAsOftenAsIsSaid(String language, boolean kind) {
        double said = 0;
        int right = 0;
        int cases = 0;
        for (int i = 0; i < SCENES; i++) {
            long seed = Split.TEST.seed(i, 11);
            List<Scene.Thing> things = Toybox.scene(seed, 16, World.ALIGNED).objects();
            List<String> names = Toybox.names(seed, World.ALIGNED, language);
            for (int thing = 0; thing < things.size(); thing++) {
                Map<String, Double> odds = Toybox.odds(seed, World.ALIGNED, language, thing, kind);
                assertThat(odds.values().stream().mapToDouble(Double::doubleValue).sum()).isCloseTo(1, within(1e-9));
                Map.Entry<String, Double> best = odds.entrySet().stream()
                        .max(Map.Entry.<String, Double>comparingByValue().thenComparing(Comparator.comparing(
                                Map.Entry::getKey)))
                        .orElseThrow();
                String name = names.get(thing);
                boolean truth = kind ? name.endsWith(best.getKey()) : name.startsWith(best.getKey());
                assertThat(odds.keySet()).anyMatch(kind ? name::endsWith : name::startsWith);
                said += best.getValue();
                right += truth ? 1 : 0;
                cases++;
            }
        }
        assertThat((double) right / cases).isCloseTo(said / cases, within(0.012));
    }
}
