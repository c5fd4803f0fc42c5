package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunLog.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class RunLogFileTest {
    @TempDir
    Path folder;

    private RunLogFile log() throws EngineException {
        return RunLogFile.create(folder, new RunLog.Header("run", "2026-01-02T03:04:05+00:00",
                PlanFile.parse("{\"model\": \"clip\"}", "p"), "abc", "cpu", 2, Map.of("libtorch", "2.7.1")));
    }

    private static Row row(int step) {
        return new Row(step, step * 0.25, Map.of("loss", 1.0 / step));
    }

    @Test
    void whatIsWrittenReadsTheSameToTheBit() throws Exception {
        RunLogFile log = log();
        for (int step = 1; step <= 700; step++) {
            log.append(row(step));
        }
        log.append(new Row(701, 3, Map.of("loss", Double.NaN)));
        log.append(new RunLog.Snapshot(700, 2, new float[]{1, 0.1f, 2, 3}));
        RunLogFile read = RunLogFile.read(folder);
        assertThat(read.header()).isEqualTo(log.header());
        assertThat(read.since(0)).isEqualTo(log.since(0)).hasSize(701);
        assertThat(read.since(699).getFirst()).isEqualTo(row(700));
        assertThat(read.since(701)).isEmpty();
        assertThat(read.snapshot().orElseThrow().similarity()).containsExactly(1, 0.1f, 2, 3);
    }

    @Test
    void readersNeverSeeAHalfRow() throws Exception {
        int rows = 20_000;
        RunLogFile log = log();
        try (ExecutorService readers = Executors.newFixedThreadPool(2)) {
            Callable<Integer> reader = () -> {
                int seen = 0;
                while (seen < rows) {
                    List<Row> more = log.since(seen);
                    for (Row row : more) {
                        assertThat(row).isNotNull();
                        assertThat(row.step()).isEqualTo(++seen);
                    }
                    assertThat(log.size()).isGreaterThanOrEqualTo(seen);
                }
                return seen;
            };
            List<Future<Integer>> ends = IntStream.range(0, 2).mapToObj(i -> readers.submit(reader)).toList();
            for (int step = 1; step <= rows; step++) {
                log.append(row(step));
            }
            for (Future<Integer> end : ends) {
                assertThat(end.get()).isEqualTo(rows);
            }
        }
    }

    @Test
    void aLineCutByAKilledWriterIsLeftOut() throws Exception {
        RunLogFile log = log();
        log.append(row(1));
        log.append(row(2));
        Files.writeString(folder.resolve(RunLogFile.NAME), "{\"step\":3,\"seco", StandardOpenOption.APPEND);
        assertThat(RunLogFile.read(folder).since(0)).containsExactly(row(1), row(2));
    }

    @Test
    void resumingTakesOffWhatTheCheckpointDoesNotKnow() throws Exception {
        RunLogFile log = log();
        for (int step = 1; step <= 9; step++) {
            log.append(row(step));
        }
        log.append(new RunLog.Snapshot(8, 1, new float[]{1}));
        RunLogFile resumed = RunLogFile.resume(folder, 6);
        assertThat(resumed.size()).isEqualTo(6);
        assertThat(resumed.snapshot()).isEmpty();
        resumed.append(row(7));
        assertThat(RunLogFile.read(folder).since(5)).containsExactly(row(6), row(7));
    }

    /// A device that is always full stands in for a disk that is.
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsSaidOnceAndALongLineHidesNothing() throws Exception {
        RunLogFile log = log();
        log.append(row(1));
        Path file = folder.resolve(RunLogFile.NAME);
        Path aside = Files.move(file, folder.resolve("aside"));
        Files.createSymbolicLink(file, Path.of("/dev/full"));
        for (int n : new int[]{1, 100}) { // the second is longer than any buffer
            assertThatThrownBy(() -> log.append(new RunLog.Snapshot(2, n, new float[n * n])))
                    .isInstanceOfSatisfying(EngineException.class, e -> {
                        assertThat(e.key()).isEqualTo("file.write");
                        assertThat(e).hasMessageContaining(RunLogFile.NAME).hasMessageContaining("No space left");
                    });
        }
        Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
        log.append(row(2));
        assertThat(RunLogFile.read(folder).since(0)).containsExactly(row(1), row(2));
        Files.delete(file);
        assertThatThrownBy(() -> log.append(row(3))).isInstanceOf(EngineException.class)
                .hasMessageContaining(RunLogFile.NAME);
    }

    @Test
    void noLogNoHeader() throws Exception {
        assertThatThrownBy(() -> RunLogFile.read(folder)).isInstanceOf(EngineException.class)
                .hasMessageContaining(RunLogFile.NAME);
        for (String text : List.of("", "\n", "{}\n", "no header\n", "{\"id\":\"x\"")) {
            Files.writeString(folder.resolve(RunLogFile.NAME), text);
            assertThatThrownBy(() -> RunLogFile.read(folder)).as(text).isInstanceOf(EngineException.class);
        }
    }

    @Test
    void twoRunsOfOneSecondKeepTheirOrder() throws Exception {
        String first = RunLog.Header.now();
        Thread.sleep(2);
        String second = RunLog.Header.now();
        assertThat(second).isGreaterThan(first).hasSameSizeAs(first);
    }
}
