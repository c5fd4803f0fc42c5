package org.diptych.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Task;
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
             "sets": [{"id": "web", "toybox": {"plan": "p", "first": 2, "data": {"train": 40}}},
                      {"id": "clean", "capfilt": {"pairs": "web", "least": 3, "captioner": {"plan": "p", "steps": 20},
                        "filter": {"plan": "p", "change": {"batch": 4}}}}],
             "arms": [{"id": "a", "plan": "p", "change": {"data": {"source": "set:clean"}}},
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

    /// Captioner and filter keep their proportion to the arms; what is left out is as published.
    @Test
    void pairsAreDrawnOrCleaned() throws Exception {
        Experiment experiment = parse(SOUND);
        Experiment.Drawn web = (Experiment.Drawn) experiment.sources().get(0);
        assertThat(List.of(web.data().train(), web.first())).containsExactly(40, 2);
        assertThat(web.data().noise()).as("from the plan").isEqualTo(0.4);
        Experiment.Cleaned clean = (Experiment.Cleaned) experiment.sources().get(1);
        assertThat(List.of(clean.captioner().plan().steps(), clean.filter().plan().steps())).containsExactly(20, 100);
        assertThat(clean.filter().plan().batch()).isEqualTo(4);
        assertThat(List.of(clean.least(), clean.most())).containsExactly(3, 20);
        assertThat(List.of(clean.topP(), clean.threshold())).containsExactly(0.9, 0.5);
        assertThat(experiment.arms().get(0).learnsFrom()).contains("clean");
        assertThat(experiment.arms().get(1).learnsFrom()).isEmpty();
    }

    /// A plan that goes on from a run of somebody's own says so; an experiment has to say what stands in its place.
    @Test
    void everyShippedArmBeginsFromWhatEverybodyHas() throws Exception {
        for (Experiment experiment : Engine.experiments()) {
            for (Experiment.Arm arm : experiment.arms()) {
                assertThat(arm.plan().startFrom().keySet()).as("%s, %s", experiment.id(), arm.id()).allMatch(
                        from -> from.startsWith(Experiment.FROM_ARM) || Engine.class
                                .getResource("/org/diptych/weights/" + from + "/model.safetensors") != null);
                assertThat(experiment.plan(arm, 1, 0).stages()).allMatch(stage -> stage.steps() == 1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "id": "try"        | "id": "Try it"          | Try it
            "steps": 100       | "steps": 0              | 1 … 1000000
            "steps": 100       | "step": 100             | known here are: id, steps
            {"id": "a", "plan": "p", "change": {"data": {"source": "set:clean"}}}, | | arms is
            "arms"             | "arm"                   | known here are: id, steps, seeds, sets
            "id": "clean"      | "id": "web"             | two are called web
            "toybox": {        | "capfilt": {}, "toybox": { | sets[0].toybox, sets[0].capfilt is 2
            "first": 2         | "first": 3              | sets[0].toybox.first is 3
            "train": 40        | "source": "x"           | sets[0].toybox.data.source is x
            "pairs": "web"     | "pairs": "clean"        | allowed is web
            "least": 3         | "least": 30             | ≤ sets[1].capfilt.most = 20
            "least": 3         | "topP": 2               | sets[1].capfilt.topP is 2; allowed is 0 … 1
            "steps": 20        | "change": {"startFrom": {"arm:a": {}}} | sets[1].capfilt.captioner.change.startFrom is arm:a
            "batch": 4         | "data": {"source": "set:web"} | sets[1].capfilt.filter.change.data.source is set:web
            set:clean          | set:dirty               | arms[0].change.data.source is set:dirty; allowed is set:web, set:clean
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
                "albef-distillation", "clip-batch-size", "blip2-stages", "vlmo-stages", "llava-stages",
                "blip-capfilt");
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
            for (Experiment.Claim claim : experiment.claims()) {
                assertThat(result.runs()).filteredOn(r -> List.of(claim.arm(), claim.against()).contains(r.arm()))
                        .as("what is claimed of two arms was measured of both").isNotEmpty()
                        .allMatch(r -> r.values().containsKey(claim.measure()));
            }
            for (ExperimentResult.Run run : result.runs()) {
                Experiment.Arm arm = experiment.arm(run.arm()).orElseThrow();
                FineTunePlan wanted = experiment.plan(arm, result.steps(),
                        (int) (run.seed() - arm.plan().seed()));
                FineTunePlan was = run.header().plan();
                assertThat(was.lessons()).isEqualTo(wanted.lessons());
                assertThat(was.objectives()).isEqualTo(wanted.objectives());
                assertThat(was.data()).isEqualTo(wanted.data());
                assertThat(List.of(was.steps(), was.batch())).containsExactly(wanted.steps(), wanted.batch());
                assertThat(run.values()).as("%s, %s", experiment.id(), run.arm()).containsKeys(experiment.measures()
                        .stream().map(Experiment.Measure::value).filter(value -> measurable(value, was))
                        .toArray(String[]::new));
                assertThat(run.rows().size()).as("points of a curve").isBetween(5, 400);
            }
        }
    }

    /// @return false for what tells of an objective that this arm, which only prepares another, does not learn by
    private static boolean measurable(String value, FineTunePlan plan) {
        String last = value.substring(value.lastIndexOf('.') + 1);
        return Task.named(last).isEmpty() || plan.objectives().containsKey(last);
    }
}
