package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.FineTunePlan.Schedule;
import org.diptych.engine.api.RateCurve;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /// What is shown before a run is what the run logs, stage by stage.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void thePreviewIsWhatTheRunLogs(boolean staged, @TempDir Path folder) throws Exception {
        FineTunePlan plan = staged
                ? TinyRun.plan("\"steps\": 12", """
                        "stages": [{"name": "a", "steps": 5, "objectives": {"contrastive": 1}, "rate": 0.002},
                                   {"name": "b", "steps": 7, "objectives": {"contrastive": 1}, "rate": 0.0005}],
                        "steps": 12""")
                : TinyRun.plan();
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        Map<Integer, Double> logged = new LinkedHashMap<>();
        run.rows().stream().filter(r -> r.values().containsKey("rate"))
                .forEach(r -> logged.put(r.step(), r.values().get("rate")));
        run.close();
        RateCurve curve = Rates.curve(plan);
        assertThat(curve.points()).hasSize(12)
                .allSatisfy(p -> assertThat(logged).containsEntry(p.step(), p.rate()));
        assertThat(curve.stages()).extracting(RateCurve.Stage::first)
                .containsExactlyElementsOf(staged ? List.of(1, 6) : List.of(1));
        assertThat(curve.peak()).isEqualTo(staged ? 0.002 : 0.003);
        assertThat(curve.near(0).step()).isEqualTo(1);
        assertThat(curve.near(1).step()).isEqualTo(12);
    }

    /// Of a long plan too many points would be drawn; those that matter are there, each as it will be.
    @Test
    void aLongPlanIsShownInPart() throws Exception {
        FineTunePlan plan = TinyRun.plan("\"steps\": 12", "\"steps\": 100000", "\"warmup\": 2", "\"warmup\": 777");
        RateCurve curve = Rates.curve(plan);
        assertThat(curve.points()).hasSizeLessThan(2100).extracting(RateCurve.Point::step).contains(1, 777, 100_000);
        assertThat(curve.peak()).isEqualTo(0.003);
        assertThat(curve.points())
                .allSatisfy(p -> assertThat(p.rate()).isEqualTo(Rates.at(p.step(), 0.003, plan.schedule(), 100_000)));
    }

    @Test
    void anEpochShowsEveryExampleOnceAndPartnersTogether() {
        Draw draw = new Draw(5, 40, 2, Draw.Sizes.of(8), Corrections.none());
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
        Draw first = new Draw(5, 30, 1, Draw.Sizes.of(8), Corrections.none());
        for (int step = 1; step < 12; step++) {
            first.examples(step);
        }
        assertThat(new Draw(5, 30, 1, Draw.Sizes.of(8), Corrections.none()).examples(12)).isEqualTo(first.examples(12));
        assertThat(new Draw(6, 30, 1, Draw.Sizes.of(8), Corrections.none()).examples(12))
                .isNotEqualTo(first.examples(12));
        assertThat(first.examples(1)).isNotEqualTo(first.examples(2));
    }
}
