package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.TrainingControl;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Two runs for one folder.
@Tag("invariant")
class RunLockTest {
    @TempDir
    Path folder;

    private static Map<String, String> files(Path folder) throws Exception {
        Map<String, String> out = new LinkedHashMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                out.put(folder.relativize(file).toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return out;
    }

    @Test
    void aRefusedStartLeavesTheOtherRunsFiles() throws Exception {
        try (Engine engine = Engine.start(
                new EngineOptions("cpu", 1, Path.of("target/data").toAbsolutePath(), Optional.empty()))) {
            Path run = folder.resolve("run");
            TrainingControl first = TinyRun.await(engine.fineTune(TinyRun.plan(), run));
            TinyRun.await(first.job());
            Map<String, String> before = files(run);
            assertThat(before).containsKeys("base/tokenizer.json", "base/preprocessor_config.json");
            assertThatThrownBy(() -> TinyRun.await(engine.fineTune(TinyRun.plan("\"pictureSize\": 32",
                    "\"pictureSize\": 48", "\"image_size\": 32", "\"image_size\": 48"), run)))
                    .isInstanceOf(EngineException.class).hasMessageContaining("already");
            assertThat(files(run)).isEqualTo(before);
            TrainingControl again = TinyRun.await(engine.resumeRun(run)); // the lock went with the run's end
            assertThat(TinyRun.await(again.job()).status()).isEqualTo(Status.FINISHED);
        }
    }

    @Test
    void oneHoldsAFolderAtATime() throws Exception {
        RunFolder run = new RunFolder(folder.resolve("run"));
        RunLock first = RunLock.take(run, false);
        for (RunFolder same : new RunFolder[]{run, new RunFolder(folder.resolve("other/../run"))}) {
            Files.createDirectories(folder.resolve("other"));
            assertThatThrownBy(() -> RunLock.take(same, false)).isInstanceOf(EngineException.class)
                    .hasMessageContaining("under way");
        }
        first.close();
        RunLock second = RunLock.take(run, true);
        first.close(); // once more, which is nothing to the second
        assertThatThrownBy(() -> RunLock.take(run, true)).isInstanceOf(EngineException.class);
        second.close();
    }

    @Test
    void aRunThatCouldNotBeginGivesItBack() throws Exception {
        assertThatThrownBy(() -> TinyRun.start(
                TinyRun.plan("\"seed\": 3", "\"seed\": 3, \"trains\": {\"frozen\": [\"nothing\"]}"),
                folder.resolve("run"))).isInstanceOf(EngineException.class);
        TinyRun.start(TinyRun.plan(), folder.resolve("run")).toTheEnd().close();
    }

    /// A process that holds the folder and says nothing of it yet; when it dies, the folder is free.
    @Test
    void anotherProcessHoldsAFolder() throws Exception {
        Path run = folder.resolve("run");
        Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-cp",
                System.getProperty("java.class.path"), LockedRun.class.getName(), run.toString())
                .redirectErrorStream(true).start();
        try {
            assertThat(process.getInputStream().read()).isEqualTo('+');
            assertThatThrownBy(() -> RunLock.take(new RunFolder(run), false)).isInstanceOf(EngineException.class)
                    .hasMessageContaining("under way");
        } finally {
            process.destroyForcibly().waitFor();
        }
        RunLock.take(new RunFolder(run), false).close();
    }
}
