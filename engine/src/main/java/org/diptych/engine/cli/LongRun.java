package org.diptych.engine.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.diptych.engine.Engine;
import org.diptych.engine.api.BenchResult.Row;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineStatus;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.FineTunePlan.Schedule;
import org.diptych.engine.api.FineTunePlan.Watch;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.api.TrainingControl;

/// Does memory stay flat? Training steps of a small model on Toybox and then 200 looks inside it; the first fifth of each, in which caches fill, is not
/// counted, and what follows is told as early against late. Of the steps it also tells how long they wait for examples, and what share of the run is no step:
/// writing its log, and looking at its watched pairs every 50 steps.
final class LongRun {
    private static final int LOOKS = 200;
    private static final int BATCH = 16;
    private static final int WATCHED_EVERY = 50;

    private record Sample(long at, long nanos, long arrays, long resident) {
    }

    private final Engine engine;
    private final Console console;
    private final int steps;

    /// @param steps of a run, at least 100
    LongRun(Engine engine, Console console, int steps) {
        this.engine = engine;
        this.console = console;
        this.steps = Math.max(100, steps);
    }

    /// Each of these families' own plan, at its own size.
    List<Row> measure(List<String> families) throws EngineException {
        Path folder = folder();
        try {
            List<Row> rows = new ArrayList<>();
            for (String family : families) {
                TrainingControl run = taught(family, folder, rows);
                console.await(run.restore());
            }
            return rows;
        } finally {
            delete(folder);
        }
    }

    private static Path folder() throws EngineException {
        try {
            return Files.createTempDirectory("diptych-long");
        } catch (IOException e) {
            throw new EngineException(e, "file.write", Path.of(System.getProperty("java.io.tmpdir")),
                    String.valueOf(e.getMessage()));
        }
    }

    List<Row> measure() throws EngineException {
        Path folder = folder();
        try {
            List<Row> rows = new ArrayList<>();
            TrainingControl run = taught("clip", folder, rows);
            List<Sample> looks = new ArrayList<>();
            for (int i = 0; i < LOOKS; i++) {
                Scene scene = engine.scene(i, 64, "aligned");
                console.await(engine.inspect(new InspectRequest(run.model(), scene.picture(),
                        scene.captions().get("en").getFirst(), TraceSelection.DEFAULT)));
                looks.add(sample(i));
            }
            rows.addAll(rows(LOOKS + " inspections", looks, LOOKS));
            console.await(run.restore());
            return rows;
        } finally {
            delete(folder);
        }
    }

    private TrainingControl taught(String family, Path folder, List<Row> rows) throws EngineException {
        TrainingControl run = console.await(engine.fineTune(plan(family), folder.resolve(family)));
        List<Sample> samples = new ArrayList<>();
        console.await(run.job(), run::stop, () -> samples.add(sample(run.log().size())));
        String name = family + ", " + steps + " training steps";
        rows.addAll(rows(name, samples, steps));
        rows.addAll(shares(name, samples, run.log()));
        return run;
    }

    /// Shares of what passed between the first and the last look at the log.
    private List<Row> shares(String name, List<Sample> samples, RunLog log) {
        List<Sample> within = samples.stream().filter(s -> s.at() >= steps / 5 && s.at() < steps).toList();
        if (within.size() < 2) {
            return List.of();
        }
        Sample first = within.getFirst();
        Sample last = within.getLast();
        double all = 0;
        double waited = 0;
        for (RunLog.Row row : log.since((int) first.at()).subList(0, (int) (last.at() - first.at()))) {
            if (Double.isFinite(row.millis(BATCH))) {
                all += row.millis(BATCH);
                waited += row.values().get("ms.examples");
            }
        }
        double passed = (last.nanos() - first.nanos()) / 1e6;
        return List.of(share(name + ": waiting for examples, of a step", waited / all),
                // a look comes a little behind the row that it counts, so in a short run this may fall below nothing
                share(name + ": beside the steps, of the run", Math.max(0, passed - all) / passed));
    }

    private static Row share(String name, double share) {
        return new Row(name, 100 * share, 100 * share, 100 * share, "%");
    }

    private FineTunePlan plan(String family) throws EngineException {
        FineTunePlan p = engine.plan(family);
        return new FineTunePlan("bench", p.model(), p.config(), p.startFrom(),
                new FineTunePlan.Data("toybox", "aligned", "en", "short", 0, 0, 5000, 8, 64), p.objectives(),
                p.lessons(), p.trains(), p.lora(), p.optimizer(),
                new Schedule(Math.min(p.schedule().warmup(), steps), p.schedule().floor()), List.of(), steps, BATCH, 1,
                steps,
                steps).withMoments(new Watch(WATCHED_EVERY, Watch.USUAL.megabytes(), 1, Watch.USUAL.pairs()));
    }

    private Sample sample(long at) {
        EngineStatus status = engine.status();
        return new Sample(at, System.nanoTime(), status.arrays(), status.resident());
    }

    private static List<Row> rows(String name, List<Sample> samples, int total) {
        List<Sample> early = samples.stream().filter(s -> s.at() >= total / 5 && s.at() < 2 * total / 5).toList();
        List<Sample> late = samples.stream().filter(s -> s.at() >= 4 * total / 5 && s.at() < total).toList();
        return List.of(row(name + ": live arrays, early", early, s -> s.arrays(), "arrays"),
                row(name + ": live arrays, late", late, s -> s.arrays(), "arrays"),
                row(name + ": resident, early", early, s -> s.resident() / 1e6, "MB"),
                row(name + ": resident, late", late, s -> s.resident() / 1e6, "MB"));
    }

    private static Row row(String name, List<Sample> samples, ToDoubleFunction<Sample> value, String unit) {
        double[] sorted = samples.stream().mapToDouble(value).sorted().toArray();
        return sorted.length == 0
                ? new Row(name, Double.NaN, Double.NaN, Double.NaN, unit)
                : new Row(name, sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1], unit);
    }

    static void delete(Path folder) throws EngineException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new EngineException(e, "file.write", folder, String.valueOf(e.getMessage()));
        }
    }
}
