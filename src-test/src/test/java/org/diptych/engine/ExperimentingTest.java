package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentControl;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.Findings;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.train.RunLogFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An experiment of two very small arms from its file to its result: at once, and broken off in an arm and between two.
@Tag("invariant")
class ExperimentingTest {
    private static final String SMALL = """
            "batch": 8, "evaluateEvery": 10, "checkpointEvery": 50, "steps": 20, "schedule": {"warmup": 2},
            "data": {"train": 64, "validation": 16, "pictureSize": 32, "hardNegatives": 0},
            "config": {"projection_dim": 16, "text_config": {"hidden_size": 16, "intermediate_size": 32,
              "num_hidden_layers": 1, "num_attention_heads": 2}, "vision_config": {"image_size": 32, "hidden_size": 16,
              "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}}""";
    private static final String FILE = """
            {"id": "tiny", "steps": 20, "seeds": 1,
             "arms": [{"id": "slow", "plan": "clip", "change": {"optimizer": {"rate": 1e-5}, SMALL}},
                      {"id": "fast", "plan": "clip", "change": {"optimizer": {"rate": 3e-3}, START SMALL}}],
             "measures": [{"value": "validation.loss", "better": "lower"},
                          {"value": "spent.parameters", "better": "lower"}, {"value": "spent.ms", "better": "lower"}],
             "curves": ["loss"],
             "claims": [{"measure": "validation.loss", "arm": "fast", "against": "slow"}]}
            """;

    @TempDir
    static Path data;
    private static Engine engine;

    @TempDir
    Path folder;

    @BeforeAll
    static void open() throws EngineException {
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private Experiment experiment(String start) throws Exception {
        Path file = folder.resolve("tiny.json");
        Files.writeString(file, FILE.replace("SMALL", SMALL).replace("START", start));
        return Engine.experiment(file.toString());
    }

    private ExperimentControl begin(int steps, int seeds) throws Exception {
        return engine.experiment(
                new ExperimentRequest(experiment(""), "tiny.json", folder.resolve("out"), steps, seeds));
    }

    private static ExperimentResult end(ExperimentControl control) {
        return control.job().result().toCompletableFuture().join();
    }

    private static void cancelled(ExperimentControl control) {
        control.job().cancel();
        assertThatThrownBy(() -> end(control)).isInstanceOfAny(CancellationException.class, CompletionException.class);
        assertThat(control.job().state()).isEqualTo(JobHandle.State.CANCELLED);
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(2);
        }
    }

    private RunLog log(String arm, int seed) throws EngineException {
        return RunLogFile.read(folder.resolve("out/tiny-" + arm + "-" + seed));
    }

    private static List<Integer> steps(RunLog log) {
        return log.since(0).stream().filter(r -> r.values().containsKey("loss")).map(RunLog.Row::step).toList();
    }

    @Test
    void armsAreRunMeasuredAndCompared() throws Exception {
        int held = engine.loaded().size();
        ExperimentControl control = begin(20, 2);
        ExperimentResult result = end(control);
        assertThat(result.runs()).extracting(r -> r.arm() + r.seed()).containsExactly("slow7", "fast7", "slow8",
                "fast8");
        assertThat(control.runs()).hasSize(4);
        assertThat(control.job().progress().fraction()).isEqualTo(1);
        assertThat(engine.loaded()).as("models left in memory").hasSize(held);
        Map<Long, Double> parameters = result.runs().stream()
                .collect(Collectors.toMap(r -> r.values().get(Experiment.PARAMETERS).longValue(), r -> 1.0,
                        Double::sum));
        assertThat(parameters.values()).containsExactly(4.0);
        assertThat(parameters.keySet().iterator().next()).isBetween(5_000L, 50_000L);
        for (ExperimentResult.Run run : result.runs()) {
            RunLog log = log(run.arm(), (int) run.seed());
            assertThat(run.values().get("validation.loss"))
                    .isEqualTo(log.since(log.size() - 1).getFirst().values().get("validation.loss"));
            assertThat(steps(run.log())).hasSize(20);
        }
        Findings findings = Findings.of(experiment(""), result.runs());
        assertThat(findings.best(experiment("").measures().getFirst())).containsExactly("fast");
        assertThat(findings.verdicts().getFirst().seeds()).isEqualTo(2);
        assertThat(Engine.experimentResult(folder.resolve("out"))).get().extracting(r -> r.runs().size()).isEqualTo(4);
    }

    @Test
    void anArmThatWasBrokenOffGoesOn() throws Exception {
        ExperimentControl first = begin(4000, 1);
        until(() -> !first.runs().isEmpty() && first.runs().getFirst().log().size() > 30);
        assertThat(first.job().progress().total()).isEqualTo(8000);
        cancelled(first);
        int done = steps(log("slow", 7)).size();
        assertThat(done).isBetween(20, 3999);
        assertThat(folder.resolve("out/tiny-fast-7")).doesNotExist();
        RunLog.Header began = log("slow", 7).header();
        ExperimentControl again = begin(4000, 1);
        until(() -> !again.runs().isEmpty() && again.runs().getFirst().log().size() > done + 30);
        cancelled(again);
        RunLog log = log("slow", 7);
        assertThat(log.header().started()).isEqualTo(began.started());
        List<Integer> steps = steps(log);
        assertThat(steps).hasSizeGreaterThan(done).doesNotHaveDuplicates().isSorted();
    }

    @Test
    void whatIsFinishedIsNotDoneAgain() throws Exception {
        ExperimentControl first = begin(20, 1);
        until(() -> first.runs().size() == 2);
        cancelled(first);
        Path finished = folder.resolve("out/tiny-slow-7/log.jsonl");
        String before = Files.readString(finished);
        var touched = Files.getLastModifiedTime(finished);
        assertThat(Engine.experimentResult(folder.resolve("out")).orElseThrow().runs()).hasSize(1);
        ExperimentResult result = end(begin(20, 1));
        assertThat(result.runs()).hasSize(2);
        assertThat(Files.readString(finished)).isEqualTo(before);
        assertThat(Files.getLastModifiedTime(finished)).isEqualTo(touched);
        ExperimentResult more = end(begin(20, 2));
        assertThat(more.runs()).hasSize(4);
        assertThat(Files.getLastModifiedTime(finished)).isEqualTo(touched);
        assertThatThrownBy(() -> end(begin(30, 1))).hasRootCauseInstanceOf(EngineException.class)
                .hasMessageContaining("begun with other settings");
    }

    @Test
    void anArmMayBeginWhereAnotherEnded() throws Exception {
        Experiment chained = experiment("\"startFrom\": {\"arm:slow\": {\"(vision_model.*)\": \"$1\"}},");
        ExperimentResult result = end(engine.experiment(
                new ExperimentRequest(chained, "tiny.json", folder.resolve("out"), 20, 1)));
        assertThat(result.runs().get(0).header().weights()).isEqualTo("random:7");
        assertThat(result.runs().get(1).header().weights()).startsWith("random:7+");
        assertThat(folder.resolve("out/tiny-slow-7/model/model.safetensors")).exists();
    }
}
