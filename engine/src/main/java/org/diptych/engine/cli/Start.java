package org.diptych.engine.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.BenchResult.Row;

/// How long the window takes to open: this very program is started again, without a subcommand, and says when it could be seen.
final class Start {
    private static final String MAIN = "org.diptych.app.Main";
    private static final Pattern POINT = Pattern.compile("([A-Z]+)=(\\d+)");
    private static final int SECONDS = 60;

    private final int runs;

    Start(int runs) {
        this.runs = runs;
    }

    /// @return a row for each point; nothing where the program was not started as the window's is
    List<Row> measure() {
        Optional<List<String>> command = command();
        Map<String, double[]> times = new LinkedHashMap<>();
        for (int i = -1; command.isPresent() && i < runs; i++) { // the first is not counted: it may unpack the native library
            int run = i;
            once(command.get()).forEach((point, millis) -> {
                if (run >= 0) {
                    times.computeIfAbsent(point, _ -> new double[runs])[run] = millis;
                }
            });
        }
        return times.entrySet().stream().map(e -> row(e.getKey(), e.getValue())).toList();
    }

    private static Row row(String point, double[] values) {
        Arrays.sort(values);
        String name = switch (point) {
            case "WINDOW" -> "start to window";
            case "VIEWS" -> "start to usable views";
            default -> "start to the first map";
        };
        return new Row(name, values[values.length / 2], values[0], values[values.length - 1], "ms");
    }

    /// The arguments of this process up to its main class; its subcommand is left out.
    private static Optional<List<String>> command() {
        ProcessHandle.Info info = ProcessHandle.current().info();
        List<String> given = info.arguments().map(List::of).orElse(List.of());
        int main = given.indexOf(MAIN);
        if (main < 0 || info.command().isEmpty()) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>(List.of(info.command().get()));
        command.addAll(given.subList(0, main));
        command.add("-Ddiptych.measure.start=true");
        if (System.getenv("DISPLAY") == null && System.getenv("WAYLAND_DISPLAY") == null) {
            command.addAll(List.of("-Dglass.platform=Headless", "-Dprism.order=sw"));
        }
        command.add(MAIN);
        return Optional.of(command);
    }

    private static Map<String, Double> once(List<String> command) {
        Map<String, Double> points = new LinkedHashMap<>();
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try {
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                Matcher matcher = POINT.matcher(said);
                while (matcher.find()) {
                    points.put(matcher.group(1), Double.parseDouble(matcher.group(2)));
                }
                process.waitFor(SECONDS, TimeUnit.SECONDS);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return Map.of(); // a machine where no second process may be started has no such row
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return points;
    }
}
