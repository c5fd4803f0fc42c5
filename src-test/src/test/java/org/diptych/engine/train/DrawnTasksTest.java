package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.StepCost;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A plan whose steps draw one of their objectives each, as UNITER's do.
@Tag("invariant")
class DrawnTasksTest {
    @TempDir
    Path folder;

    private static FineTunePlan plan(int steps, String... more) throws Exception {
        String[] set = {"steps", Integer.toString(steps), "objectives", "{\"mlm\": 3, \"itm\": 1, \"mrc\": 0}",
                "lessons", "{\"tasks\": \"one\"}", "evaluateEvery", Integer.toString(steps)};
        String[] all = Arrays.copyOf(set, set.length + more.length);
        System.arraycopy(more, 0, all, set.length, more.length);
        return TinyPlans.of("uniter", all);
    }

    private static List<String> drawn(RunLog.Row row) {
        return row.values().keySet().stream().filter(k -> k.startsWith("loss.")).toList();
    }

    private static List<RunLog.Row> steps(TinyRun run) {
        return run.rows().stream().filter(r -> r.values().containsKey("loss")).toList();
    }

    /// One a step, as often as its weight says, with its whole loss; the validation set is asked for all.
    @Test
    void aStepLearnsByOneOfThem() throws Exception {
        TinyRun run = TinyRun.start(plan(200), folder.resolve("run")).toTheEnd();
        List<RunLog.Row> rows = steps(run);
        assertThat(rows).hasSize(200).allSatisfy(row -> {
            assertThat(drawn(row)).as("step %d", row.step()).hasSize(1);
            assertThat(row.values().get("loss")).isEqualTo(row.values().get(drawn(row).getFirst()));
        });
        Map<String, Long> often = rows.stream()
                .collect(Collectors.groupingBy(r -> drawn(r).getFirst(), Collectors.counting()));
        assertThat(often).containsOnlyKeys("loss.mlm", "loss.itm");
        assertThat(often.get("loss.mlm") / 200.0).isCloseTo(0.75, within(0.1)); // its deviation is 0.03
        assertThat(run.rows().getLast().values()).containsKeys("validation.loss.mlm", "validation.loss.itm",
                "validation.loss.mrc");
        StepCost cost = StepCost.of(run.session().log()).orElseThrow();
        List<RunLog.Row> told = rows.stream().filter(r -> r.step() >= cost.from()).toList();
        assertThat(cost.drawn()).isTrue();
        assertThat(cost.parts()).extracting(StepCost.Part::objective).containsExactlyInAnyOrder("mlm", "itm");
        assertThat(cost.forwards()).as("each step goes through its one stack once").isCloseTo(1, within(1e-9));
        for (StepCost.Part part : cost.parts()) {
            assertThat(part.forwards())
                    .isCloseTo(told.stream().filter(r -> drawn(r).contains("loss." + part.objective()))
                            .count() / (double) told.size(), within(1e-9));
        }
        assertThat(cost.ms()).as("a mean over all of them").isCloseTo(told.stream()
                .mapToDouble(r -> 8000 / r.values().get("pairs_per_second")).average().orElseThrow(), within(1e-6));
        assertThat(cost.mib()).isEqualTo(cost.parts().stream().map(StepCost.Part::mib)
                .filter(OptionalDouble::isPresent).max(Comparator.comparingDouble(OptionalDouble::getAsDouble))
                .orElse(OptionalDouble.empty()));
        run.close();
    }

    /// Cut off between two of its steps, it draws what it would have drawn.
    @Test
    void itGoesOnToTheBit() throws Exception {
        Map<Integer, Double> losses = Cut.goesOnToTheBit(plan(24), folder, 9);
        assertThat(losses.values()).as("both objectives behind the cut")
                .anyMatch(loss -> loss < 1).anyMatch(loss -> loss > 4);
    }

    /// In micro-batches its loss is still the one of the whole batch.
    @Test
    void itsBatchCanBeDivided() throws Exception {
        TinyRun whole = TinyRun.start(plan(6), folder.resolve("whole")).toTheEnd();
        Map<Integer, Double> losses = whole.losses();
        whole.close();
        TinyRun parts = TinyRun.start(plan(6, "accumulate", "2"), folder.resolve("parts")).toTheEnd();
        parts.losses().forEach((step, loss) -> assertThat(loss).as("step %d", step)
                .isCloseTo(losses.get(step), within(2e-4)));
        parts.close();
    }
}
