package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult.Mark;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.evaluate.Noise;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Small weights made anew by their plan, as `diptych train` makes them, are as good as those that ship. Ten minutes on one core for RoBERTa; `-Dnightly.plan=clip` takes another family. What was
/// compared lies in `target/nightly.tsv`: mark, shipped, made anew, how far apart they may lie.
@Tag("nightly")
class NightlyTrainingTest {
    private static final List<String> SHARES = List.of("validation.accuracy.", "validation.r1");

    /// As `diptych evaluate` takes them.
    private static final int SCENES = 256;

    @TempDir
    Path folder;

    private static <T> T done(JobHandle<T> job) {
        return job.result().toCompletableFuture().join();
    }

    @Test
    void weightsMadeAnewAreAsGoodAsThoseThatShip() throws Exception {
        String family = System.getProperty("nightly.plan", "roberta");
        assertThat(Engine.ships(family)).as("%s ships with weights", family).isTrue();
        try (Engine engine = Engine.start(new EngineOptions("cpu", 1, folder.resolve("data"), Optional.empty()))) {
            FineTunePlan plan = engine.plan(family);
            TrainingControl run = done(engine.fineTune(plan, folder.resolve("run")));
            assertThat(done(run.job()).status()).isEqualTo(RunSummary.Status.FINISHED);
            Path kept = folder.resolve("model");
            done(run.keep(kept));
            done(run.restore());
            List<Mark> shipped = marks(engine, family);
            List<Mark> anew = marks(engine, kept.toString());
            int cases = plan.data().validation();
            try (Reader about = new InputStreamReader(
                    getClass().getResourceAsStream("/org/diptych/weights/" + family + "/diptych.json"),
                    StandardCharsets.UTF_8)) {
                shipped.addAll(validation(about, cases));
            }
            try (Reader about = Files.newBufferedReader(kept.resolve("diptych.json"))) {
                anew.addAll(validation(about, cases));
            }
            write(shipped, anew);
            assertThat(shipped).as("marks").hasSizeGreaterThan(2);
            assertThat(Noise.beyond(shipped, anew)).isEmpty();
        }
    }

    private static List<Mark> marks(Engine engine, String model) {
        String handle = done(engine.load(new LoadRequest(model))).handle();
        return new ArrayList<>(
                done(engine.evaluate(new EvaluateRequest(handle, "toybox:test", "aligned", 0, SCENES))).marks());
    }

    /// The shares of the run's last evaluation, each of so many cases at least.
    private static List<Mark> validation(Reader about, int cases) {
        JsonObject metrics = JsonParser.parseReader(about).getAsJsonObject().getAsJsonObject("metrics");
        List<Mark> out = new ArrayList<>();
        for (Map.Entry<String, JsonElement> metric : metrics.entrySet()) {
            if (SHARES.stream().anyMatch(metric.getKey()::startsWith)) {
                out.add(new Mark(metric.getKey(), metric.getValue().getAsDouble(), Double.NaN, false, cases));
            }
        }
        return out;
    }

    private static void write(List<Mark> shipped, List<Mark> anew) throws Exception {
        List<String> lines = new ArrayList<>();
        for (Mark one : shipped) {
            anew.stream().filter(m -> m.name().equals(one.name())).map(m -> Noise.line(one, m)).forEach(lines::add);
        }
        Files.write(Path.of("target", "nightly.tsv"), lines);
    }
}
