package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A plan whose stages come one behind the other.
@Tag("invariant")
class StagesTest {
    private static final String STAGES = """
            [{"name": "language", "steps": 4, "trains": {"parts": ["language_model"]},
              "objectives": {"instruct-text": 1}, "rate": 0.004},
             {"name": "align", "steps": 3, "trains": {"parts": ["multi_modal_projector"]},
              "objectives": {"captioning": 1}, "rate": 0.003},
             {"name": "instruct", "steps": 5}]
            """;

    @TempDir
    Path folder;

    private static FineTunePlan plan(String... more) throws Exception {
        String[] set = {"steps", "12", "stages", STAGES, "schedule.warmup", "1", "checkpointEvery", "2",
                "evaluateEvery", "100", "optimizer.rate", "0.002"};
        String[] all = Arrays.copyOf(set, set.length + more.length);
        System.arraycopy(more, 0, all, set.length, more.length);
        return TinyPlans.of("llava", all);
    }

    @Test
    void eachStageTeachesItsOwn() throws Exception {
        FineTunePlan plan = plan();
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        List<RunLog.Row> rows = run.rows();
        for (RunLog.Row row : rows.stream().filter(r -> r.values().containsKey("rate")).toList()) {
            int stage = plan.stageAt(row.step());
            String objective = plan.stages().get(stage).objectives().keySet().iterator().next();
            assertThat(row.values().keySet().stream().filter(k -> k.startsWith("loss.")).toList())
                    .as("step %d", row.step()).containsExactly("loss." + objective);
            int first = plan.before(stage) + 1;
            if (row.step() == first) {
                assertThat(row.values().get("rate")).as("the warm-up is over").isCloseTo(
                        plan.stages().get(stage).rate(), within(1e-9));
            } else {
                assertThat(row.values().get("rate")).isLessThan(plan.stages().get(stage).rate());
            }
        }
        assertThat(rows.stream().filter(r -> r.values().containsKey("validation.loss")).map(RunLog.Row::step))
                .as("at the beginning, and at the end of each stage").containsExactly(0, 4, 7, 12);
        run.close();
    }

    /// Weights after seven steps differ from those after four in the projector alone.
    @Test
    void whatAStageFreezesStays() throws Exception {
        TinyRun first = TinyRun
                .start(plan("steps", "4", "stages", STAGES.substring(0, STAGES.indexOf("},\n {")) + "}]"),
                        folder.resolve("first"))
                .toTheEnd();
        Map<String, float[]> four = first.numbers();
        first.close();
        TinyRun both = TinyRun.start(plan("steps", "7", "stages", STAGES.substring(0, STAGES.lastIndexOf(",\n")) + "]"),
                folder.resolve("both")).toTheEnd();
        both.numbers().forEach((name, values) -> assertThat(Arrays.equals(values, four.get(name))).as(name)
                .isEqualTo(!name.startsWith("multi_modal_projector")));
        both.close();
    }

    /// Cut off in the middle of a stage, at its end, and right behind it.
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 6, 8})
    void itGoesOnToTheBit(int cut) throws Exception {
        Cut.goesOnToTheBit(plan(), folder, cut);
    }

    @Test
    void aStageTakesFromThePlanWhatItLeavesOut() throws Exception {
        FineTunePlan plan = plan();
        FineTunePlan.Stage last = plan.stages().getLast();
        assertThat(last.rate()).isEqualTo(0.002);
        assertThat(last.objectives()).containsOnlyKeys("instruct");
        assertThat(last.trains()).isEqualTo(plan.trains());
        assertThat(plan.steps()).isEqualTo(12);
        assertThat(plan.stageAt(4)).isZero();
        assertThat(plan.stageAt(5)).isEqualTo(1);
        assertThat(plan.before(2)).isEqualTo(7);
        assertThat(plan.withSteps(20).stages().getLast().steps()).isEqualTo(13);
        assertThat(plan.allObjectives()).containsOnlyKeys("instruct-text", "captioning", "instruct");
        assertThat(PlanFile.parse(PlanFile.json(plan), "again")).isEqualTo(plan);
    }

    @Test
    void stagesThatCannotBeAreTold() {
        assertThatThrownBy(() -> plan("steps", "11")).isInstanceOf(EngineException.class).hasMessageContaining("steps")
                .hasMessageContaining("12");
        assertThatThrownBy(() -> plan("stages", "{}")).isInstanceOf(EngineException.class)
                .hasMessageContaining("stages");
        assertThatThrownBy(() -> plan("stages", "[{\"step\": 3}]")).isInstanceOf(EngineException.class)
                .hasMessageContaining("stages.0.step");
        assertThatThrownBy(() -> plan("schedule.warmup", "4")).isInstanceOf(EngineException.class)
                .hasMessageContaining("warmup");
        assertThatThrownBy(
                () -> TinyRun.start(plan("steps", "3", "stages", "[{\"steps\": 3, \"trains\": {\"parts\": [\"no\"]}}]"),
                        folder.resolve("no")))
                .isInstanceOf(EngineException.class).hasMessageContaining("no");
    }
}
