package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.diptych.engine.api.CurvesRequest;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `diptych curves`, on a run's folder.
@Tag("unit")
class CurvesCommandTest {
    @TempDir
    Path folder;
    private Path run;

    @BeforeEach
    void write() throws Exception {
        run = Files.createDirectories(folder.resolve("my run"));
        StringBuilder log = new StringBuilder(new Gson().toJson(new RunLog.Header("my run", "2026-01-02T03:04:05Z",
                PlanFile.parse("{\"model\": \"clip\", \"batch\": 32, \"steps\": 400}", "p"), "abc", "cpu", 2,
                Map.of())));
        for (int step = 1; step <= 300; step++) {
            log.append("\n{\"step\": ").append(step).append(", \"seconds\": ").append(step)
                    .append(", \"values\": {\"loss\": 3.46, \"rate\": 0.001}}");
        }
        Files.writeString(run.resolve("log.jsonl"), log.append('\n'));
    }

    @Test
    void saysWhatTheNumbersShowAndWritesTheCurves() throws Exception {
        for (String name : new String[]{"c.png", "c.svg", "c.csv"}) {
            Path out = folder.resolve(name);
            Run said = Run.of("curves", "--run", run.toString(), "--out", out.toString(), "--smoothing", "0.5",
                    "--lang", "en");
            assertThat(said.err()).isEmpty();
            assertThat(said.code()).isZero();
            assertThat(said.out()).contains("my run").contains("where it began: 3.460 then, 3.460 now")
                    .contains(out.toString());
            assertThat(out).isNotEmptyFile();
        }
        Run json = Run.of("curves", "--run", run.toString(), "--out", folder.resolve("board").toString(), "--json",
                "--lang", "zh");
        assertThat(json.code()).isZero();
        JsonObject told = JsonParser.parseString(json.out()).getAsJsonArray().get(0).getAsJsonObject();
        assertThat(told.get("rows").getAsInt()).isEqualTo(300);
        JsonObject note = told.getAsJsonArray("notes").get(0).getAsJsonObject();
        assertThat(note.get("kind").getAsString()).isEqualTo("NO_LEARNING");
        assertThat(note.get("says").getAsString()).contains("随便猜");
        assertThat(folder.resolve("board/my run/events.out.tfevents.1767323045.diptych")).isNotEmptyFile();
    }

    @Test
    void aRunOrAValueThatIsNotThereIsToldInThreeSentences() {
        for (String[] args : new String[][]{{"curves", "--run", folder.resolve("absent").toString(), "--lang", "en"},
                {"curves", "--run", run.toString(), "--value", "gain", "--out", folder.resolve("x.svg").toString(),
                        "--lang", "en"}}) {
            Run told = Run.of(args);
            assertThat(told.code()).isEqualTo(1);
            assertThat(told.err().lines()).hasSize(3);
        }
        assertThat(Run.of("curves", "--run", run.toString(), "--smoothing", "1", "--lang", "en").code()).isEqualTo(2);
    }

    @Test
    void theRequestPrintsItselfAsTheCommand() {
        assertThat(new CurvesRequest(java.util.List.of("my run"), java.util.List.of("loss", "validation.loss"), 0.5,
                true, false, true, false, Path.of("c.svg")).commandLine())
                .isEqualTo("diptych curves --run 'my run' --value loss --value validation.loss --smoothing 0.5 --log"
                        + " --clip --out c.svg");
    }
}
