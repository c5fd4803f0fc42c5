package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.RunSummary.Status;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A real process, killed without warning in the middle of a step.
@Tag("invariant")
class KilledRunTest {
    private static final int KILLS = 20;
    private static final int INTERVAL = 3;
    private static final String SEVENS = "{\"every\": 7, \"share\": 1}";

    @TempDir
    Path folder;

    /// ALBEF has all that a checkpoint can hold: a copy that follows, a queue, hidden words, drawn partners; UNITER's steps draw what they learn by.
    static FineTunePlan plan(String family) throws EngineException, IOException {
        return family.equals("clip")
                ? TinyRun.plan("\"steps\": 12", "\"steps\": 60", "\"checkpointEvery\": 5", "\"checkpointEvery\": 4",
                        "\"seed\": 3", "\"seed\": 3, \"moments\": " + SEVENS)
                : family.equals("clip-long")
                        ? TinyRun.plan("\"steps\": 12", "\"steps\": 500", "\"checkpointEvery\": 5",
                                "\"checkpointEvery\": " + INTERVAL, "\"evaluateEvery\": 5", "\"evaluateEvery\": 50")
                        : TinyPlans.of(family, "steps", "60", "checkpointEvery", "4", "lessons.alphaRamp", "20",
                                "lessons.tasks", family.equals("uniter") ? "\"one\"" : "", "moments", SEVENS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "albef", "uniter"})
    void aKilledRunResumesAndFollowsTheSameLossesToTheBit(String family) throws Exception {
        Path run = folder.resolve("run");
        Process process = start(family, run, 10);
        process.destroyForcibly().waitFor();
        int reached = steps(run);
        assertThat(reached).as(() -> output()).isBetween(10, 59);
        assertThat(new RunFolder(run).standing().status()).isEqualTo(Status.INTERRUPTED);

        TinyRun resumed = TinyRun.resume(run).toTheEnd();
        TinyRun whole = TinyRun.start(plan(family), folder.resolve("whole")).toTheEnd();
        Map<Integer, Double> expected = whole.losses();
        assertThat(resumed.losses()).isEqualTo(expected).hasSize(60);
        assertThat(TinyRun.losses(RunLogFile.read(run))).isEqualTo(expected);
        assertThat(new RunFolder(run).standing().status()).isEqualTo(Status.FINISHED);
        assertThat(MomentFolder.of(run).list()).extracting(Moments.Mark::step).containsExactly(0, 7, 14, 21, 28, 35,
                42, 49, 56, 60);
        resumed.close();
        whole.close();
    }

    /// Whatever the moment (in a step, an evaluation, a checkpoint being written), what is lost is less than what lies between two checkpoints, and the run that is
    /// taken up twenty times is the run that was never broken.
    @Test
    void killedTwentyTimesAtRandomMomentsItLosesOneIntervalAtMost() throws Exception {
        Path run = folder.resolve("run");
        SplittableRandom random = new SplittableRandom(20);
        int reached = 0;
        for (int i = 0; i < KILLS; i++) {
            Process process = start("clip-long", run, reached + 1);
            Thread.sleep(random.nextInt(60));
            process.destroyForcibly().waitFor();
            reached = steps(run);
            int saved = TestLane.run(context -> new RunFolder(run).load(context.scope()).step());
            assertThat(saved).as("kill " + i + ": " + output()).isBetween(reached - INTERVAL, reached);
            assertThat(new RunFolder(run).standing().status()).isEqualTo(Status.INTERRUPTED);
        }
        assertThat(reached).isBetween(KILLS, 499);
        TinyRun resumed = TinyRun.resume(run).toTheEnd();
        TinyRun whole = TinyRun.start(plan("clip-long"), folder.resolve("whole")).toTheEnd();
        assertThat(resumed.losses()).isEqualTo(whole.losses()).hasSize(500);
        assertThat(TinyRun.losses(RunLogFile.read(run))).isEqualTo(whole.losses());
        resumed.close();
        whole.close();
    }

    /// Asked to end (a terminate signal), the process finishes the step under way: the native library must not be torn down beneath it.
    @Test
    void aProcessAskedToEndDoesNotCrash() throws Exception {
        Path run = folder.resolve("run");
        Process process = start("clip", run, 3);
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("crash.txt")).doesNotExist();
        assertThat(process.exitValue()).isEqualTo(128 + 15);
        assertThat(new RunFolder(run).standing().status()).isEqualTo(Status.INTERRUPTED);
    }

    /// @param steps waits until so many are in the log and a checkpoint lies beside it
    private Process start(String family, Path run, int steps) throws Exception {
        Process process = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xmx512m",
                "-XX:ErrorFile=" + folder.resolve("crash.txt"), "--enable-native-access=ALL-UNNAMED",
                "-Dai.djl.offline=true", "-cp", System.getProperty("java.class.path"), KilledRun.class.getName(),
                run.toString(), family).redirectErrorStream(true).redirectOutput(folder.resolve("output.txt").toFile())
                .start();
        try {
            TinyRun.until(() -> !process.isAlive() || steps(run) >= steps && new RunFolder(run).hasCheckpoint());
        } catch (InterruptedException | TimeoutException e) {
            process.destroyForcibly().waitFor();
            throw e;
        }
        return process;
    }

    private String output() {
        try {
            return Files.readString(folder.resolve("output.txt"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static int steps(Path run) {
        try {
            return TinyRun.losses(RunLogFile.read(run)).size();
        } catch (EngineException e) {
            return 0; // its first line is being written
        }
    }
}
