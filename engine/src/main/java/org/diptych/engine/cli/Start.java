package org.diptych.engine.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.BenchResult.Row;

/// How long the window takes to open: this very program is started again, without a subcommand, and says when it could be seen.
final class Start {
    private static final Pattern POINT = Pattern.compile("([A-Z]+)=(\\d+)");
    private static final int SECONDS = 60;

    private final int runs;

    Start(int runs) {
        this.runs = runs;
    }

    /// @return a row for each point; nothing where the program was not started as the window's is
    List<Row> measure() {
        Optional<List<String>> command = Spawned.command(List.of("diptych.measure.start=true"));
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

    private static Map<String, Double> once(List<String> command) {
        Map<String, Double> points = new LinkedHashMap<>();
        Matcher matcher = POINT.matcher(Spawned.run(command, SECONDS));
        while (matcher.find()) {
            points.put(matcher.group(1), Double.parseDouble(matcher.group(2)));
        }
        return points;
    }
}
