package org.diptych.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Experiments as files: what they change, and what is said about their faults.
@Tag("unit")
class ExperimentFileTest {
    private static final String PLAN = """
            {"model": "fresh:clip", "batch": 8, "steps": 200, "evaluateEvery": 20, "checkpointEvery": 100, "seed": 3,
             "schedule": {"warmup": 10}, "lessons": {"alpha": 0.4, "alphaRamp": 50}, "data": {"noise": 0.4}}
            """;
    private static final String SOUND = """
            {"id": "try", "steps": 100,
             "arms": [{"id": "a", "plan": "p"},
                      {"id": "b", "plan": "p", "steps": 50, "change": {"batch": 16, "data": {"noise": null}}}],
             "measures": [{"value": "validation.r1", "better": "higher"}],
             "claims": [{"measure": "validation.r1", "arm": "b", "against": "a"}]}
            """;

    private static Experiment parse(String json) throws EngineException {
        return ExperimentFile.parse(json, "try.json", name -> {
            if (!name.equals("p")) {
                throw new EngineException("train.family", name);
            }
            return PLAN;
        });
    }

    @Test
    void anArmIsAPlanAndWhatItChanges() throws Exception {
        Experiment experiment = parse(SOUND);
        FineTunePlan a = experiment.arms().get(0).plan();
        FineTunePlan b = experiment.arms().get(1).plan();
        assertThat(a.data().noise()).isEqualTo(0.4);
        assertThat(b.data().noise()).isZero();
        assertThat(List.of(a.batch(), b.batch())).containsExactly(8, 16);
        assertThat(List.of(a.steps(), b.steps())).containsExactly(100, 50);
        assertThat(experiment.seeds()).isEqualTo(2);
        // what is counted in steps keeps its proportion, and arms keep theirs to one another
        FineTunePlan longer = experiment.plan(experiment.arms().get(1), 400, 1);
        assertThat(longer.steps()).isEqualTo(200);
        assertThat(longer.schedule().warmup()).isCloseTo(10, org.assertj.core.data.Offset.offset(2));
        assertThat(longer.lessons().alphaRamp()).isCloseTo(50, org.assertj.core.data.Offset.offset(2));
        assertThat(longer.seed()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "id": "try"        | "id": "Try it"          | Try it
            "steps": 100       | "steps": 0              | 1 … 1000000
            "steps": 100       | "step": 100             | known here are: id, steps
            {"id": "a", "plan": "p"}, |                  | arms is
            "id": "b"          | "id": "a"               | two are called a
            "batch": 16        | "bath": 16              | bath
            "better": "higher" | "better": "more"        | higher, lower
            "arm": "b"         | "arm": "c"              | claims[0].arm is c; allowed is a, b
            "against": "a"     | "against": "b"          | claims[0].against is b
            "measure": "validation.r1" | "measure": "r1" | allowed is validation.r1
            "batch": 16        | "startFrom": {"arm:c": {}} | arm:c; allowed is arm:a
            "plan": "p", "steps" | "plan": "q", "steps"  | q
            "claims": [        | "claims": [ 3,          | claims
            "steps": 100,      | "steps": 100            | not sound JSON
            """)
    void aFaultIsToldWithItsPlace(String from, String to, String said) {
        assertThat(SOUND).contains(from);
        assertThatThrownBy(() -> parse(SOUND.replace(from, to == null ? "" : to))).isInstanceOf(EngineException.class)
                .satisfies(e -> assertThat(e.getMessage().toLowerCase(java.util.Locale.ROOT))
                        .contains(said.toLowerCase(java.util.Locale.ROOT)))
                .satisfies(e -> assertThat(((EngineException) e).todo(Texts.CHINESE)).isNotBlank());
    }

    /// What ships: sound, with all its words in both languages, and with arms that differ.
    @Test
    void theCommittedExperimentsAreWhole() throws Exception {
        List<Experiment> all = Engine.experiments();
        assertThat(all).extracting(Experiment::id).contains("roberta-masking", "roberta-nsp", "uniter-masking",
                "albef-distillation", "clip-batch-size", "blip2-stages", "vlmo-stages", "llava-stages");
        for (Experiment experiment : all) {
            for (String part : List.of("title", "question", "expects", "source")) {
                assertThat(experiment.says(part)).as(experiment.id() + " " + part).isPresent();
            }
            assertThat(experiment.claims()).as(experiment.id()).isNotEmpty();
            assertThat(experiment.curves()).as(experiment.id()).isNotEmpty();
            for (Experiment.Arm arm : experiment.arms()) {
                assertThat(experiment.says("arm." + arm.id())).as(experiment.id() + " " + arm.id()).isPresent();
            }
            assertThat(experiment.arms().stream().map(Experiment.Arm::plan).distinct())
                    .hasSize(experiment.arms().size());
        }
    }

    /// What ships of results is of the experiments as they are: the plans of its runs are theirs.
    @Test
    void shippedResultsAreOfTheCommittedExperiments() throws Exception {
        for (Experiment experiment : Engine.experiments()) {
            ExperimentResult result = Engine.experimentResult(experiment.id()).orElse(null);
            if (result == null) {
                continue;
            }
            assertThat(result.complete(experiment)).as(experiment.id()).isTrue();
            for (ExperimentResult.Run run : result.runs()) {
                Experiment.Arm arm = experiment.arm(run.arm()).orElseThrow();
                FineTunePlan wanted = experiment.plan(arm, result.steps(),
                        (int) (run.seed() - arm.plan().seed()));
                FineTunePlan was = run.header().plan();
                assertThat(was.lessons()).isEqualTo(wanted.lessons());
                assertThat(was.objectives()).isEqualTo(wanted.objectives());
                assertThat(was.data()).isEqualTo(wanted.data());
                assertThat(List.of(was.steps(), was.batch())).containsExactly(wanted.steps(), wanted.batch());
                assertThat(run.values()).containsKeys(
                        experiment.measures().stream().map(Experiment.Measure::value).toArray(String[]::new));
                assertThat(run.rows().size()).as("points of a curve").isBetween(5, 400);
            }
        }
    }
}
