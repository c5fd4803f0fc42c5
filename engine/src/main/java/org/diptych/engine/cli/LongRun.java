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
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.api.TrainingControl;

/// Does memory stay flat? 2,000 training steps of a small model on Toybox and then 200 looks inside it; the first fifth of each, in which caches fill, is not
/// counted, and what follows is told as early against late.
final class LongRun {
    private static final int STEPS = 2_000;
    private static final int FEWER = 500;
    private static final int LOOKS = 200;
    private static final int BATCH = 16;

    private record Sample(long at, long arrays, long resident) {
    }

    private final Engine engine;
    private final Console console;

    LongRun(Engine engine, Console console) {
        this.engine = engine;
        this.console = console;
    }

    /// Each of these families' own plan, at its own size, for [#FEWER] steps.
    List<Row> measure(List<String> families) throws EngineException {
        Path folder = folder();
        try {
            List<Row> rows = new ArrayList<>();
            for (String family : families) {
                TrainingControl run = console
                        .await(engine.fineTune(plan(family, FEWER), folder.resolve(family)));
                List<Sample> steps = new ArrayList<>();
                console.await(run.job(), run::stop, () -> steps.add(sample(run.log().size())));
                rows.addAll(rows(family + ", " + FEWER + " training steps", steps, FEWER));
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
            TrainingControl run = console.await(engine.fineTune(plan("clip", STEPS), folder.resolve("run")));
            List<Sample> steps = new ArrayList<>();
            console.await(run.job(), run::stop, () -> steps.add(sample(run.log().size())));
            rows.addAll(rows(STEPS + " training steps", steps, STEPS));
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

    private FineTunePlan plan(String family, int steps) throws EngineException {
        FineTunePlan p = engine.plan(family);
        return new FineTunePlan("bench", p.model(), p.config(), p.startFrom(),
                new FineTunePlan.Data("toybox", "aligned", "en", "short", 0, 0, 5000, 8, 64), p.objectives(),
                p.lessons(), p.trains(), p.lora(), p.optimizer(), p.schedule(), List.of(), steps, BATCH, 1, steps,
                steps);
    }

    private Sample sample(long at) {
        EngineStatus status = engine.status();
        return new Sample(at, status.arrays(), status.resident());
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
