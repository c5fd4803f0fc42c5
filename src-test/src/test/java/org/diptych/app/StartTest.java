package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.diptych.engine.bench.LongLogs;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program itself, started as a person starts it, in a process of its own with an empty data folder: it must reach the finished example without a complaint.
@Tag("fx")
class StartTest {
    private static final int POINTS = 20_000;

    @TempDir
    Path data;

    @Test
    void opensOnAFinishedExample() throws Exception {
        assertThat(said(Main.MEASURE + "=true")).contains("WINDOW=", "VIEWS=", "EXAMPLE=").doesNotContain("Exception");
    }

    /// The benchmark's own script, run for a second: every figure comes, and none is so large that it cannot be a frame's.
    @Test
    void measuresHowQuicklyItAnswers() throws Exception {
        LongLogs.write(data.resolve("diptych/runs"), POINTS);
        String said = said(WindowFigures.MEASURE + "=1");
        assertThat(said).doesNotContain("Exception");
        Map<String, Double> medians = Pattern.compile("^(.+)=([\\d.]+),[\\d.]+,[\\d.]+ (?:ms|%)$", Pattern.MULTILINE)
                .matcher(said).results()
                .collect(Collectors.toMap(m -> m.group(1), m -> Double.parseDouble(m.group(2))));
        String overlaid = "3 runs overlaid, 20,000 points each: ";
        assertThat(medians).containsOnlyKeys("hover to repaint", "temperature drag at 256 x 256, a frame",
                overlaid + "hover", overlaid + "zoom", overlaid + "pan", "click to the first point of a curve",
                "between two pulses while teaching", "between two pulses while teaching and looking inside",
                "a run with its curves in sight: beside its steps, of its time", "a step with its curves in sight",
                "a step with its curves out of sight");
        assertThat(medians.get("hover to repaint")).isBetween(0.01, 200.0);
        assertThat(medians.get("temperature drag at 256 x 256, a frame")).isBetween(0.1, 200.0);
        assertThat(medians.get(overlaid + "hover")).isBetween(0.01, 200.0);
        assertThat(medians.get(overlaid + "zoom")).isBetween(0.1, 400.0);
        assertThat(medians.get("between two pulses while teaching")).isBetween(5.0, 200.0);
        assertThat(medians.get("a run with its curves in sight: beside its steps, of its time")).isBetween(0.0, 50.0);
        assertThat(medians.get("a step with its curves in sight")).isBetween(1.0, 5000.0);
    }

    private String said(String property) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xmx1g",
                "--enable-native-access=ALL-UNNAMED", "-Dglass.platform=Headless", "-Dprism.order=sw",
                "-D" + property, "-cp", System.getProperty("java.class.path"), Main.class.getName());
        builder.environment().put("XDG_DATA_HOME", data.toString());
        Process process = builder.redirectErrorStream(true).start();
        process.onExit().orTimeout(300, TimeUnit.SECONDS).exceptionally(e -> process.destroyForcibly());
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return said;
    }
}
