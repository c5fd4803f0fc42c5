package org.diptych.engine.curves;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.train.PlanFile;

/// Logs made up for tests.
final class Logs {
    private Logs() {
    }

    /// @param rows of the log, in order
    record Made(Header header, List<Row> rows, List<Event> events) implements RunLog {
        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public List<Row> since(int from) {
            return rows.subList(from, rows.size());
        }

        @Override
        public Optional<Snapshot> snapshot() {
            return Optional.empty();
        }

        /// @return the log of a run whose batch a person changed
        Made withBatch(int batch, int from) {
            return new Made(header, rows,
                    List.of(new Event(Event.Kind.BATCH, from, 0, Event.NONE, Integer.toString(batch))));
        }

        /// @return the log as it was after its first `n` rows
        Made until(int n) {
            return new Made(header, rows.subList(0, n), events);
        }
    }

    /// @param steps rows 1 to `steps`, with `rate` as the plan's schedule has it
    /// @param fill  puts more into the row of a step
    static Made of(int steps, BiConsumer<Integer, Map<String, Double>> fill) {
        double peak = 0.001;
        int warmup = steps / 10;
        try {
            RunLog.Header header = new RunLog.Header("run", "2026-01-02T03:04:05Z",
                    PlanFile.parse("{\"model\": \"clip\", \"batch\": 32, \"steps\": " + steps
                            + ", \"schedule\": {\"warmup\": " + warmup + "}, \"optimizer\": {\"rate\": 0.001}}", "p"),
                    "abc", "cpu", 2, Map.of());
            List<RunLog.Row> rows = new ArrayList<>();
            for (int step = 1; step <= steps; step++) {
                Map<String, Double> values = new LinkedHashMap<>();
                double way = (double) (step - warmup) / (steps - warmup);
                values.put("rate",
                        step <= warmup ? peak * step / warmup : peak * 0.5 * (1 + Math.cos(Math.PI * way)));
                fill.accept(step, values);
                rows.add(new RunLog.Row(step, step * 0.5, values));
            }
            return new Made(header, rows, List.of());
        } catch (EngineException e) {
            throw new IllegalStateException(e);
        }
    }

    /// @return a draw from the normal distribution of mean 0 and deviation 1
    static double normal(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
