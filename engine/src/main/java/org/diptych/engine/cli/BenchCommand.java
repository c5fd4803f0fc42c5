package org.diptych.engine.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.Engine;
import org.diptych.engine.api.BenchResult;
import org.diptych.engine.api.EngineException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych bench`: medians and spread, each kernel against the readable path in the same run.
@Command(name = "bench")
final class BenchCommand extends EngineCommand {
    @Option(names = "--json")
    private boolean json;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "7")
    private int runs;
    @Option(names = "--long")
    private boolean longRun;
    @Option(names = "--steps", paramLabel = "N")
    private Optional<Integer> steps = Optional.empty();
    @Option(names = "--small")
    private boolean small;
    @Option(names = "--batch", paramLabel = "N", split = ",", defaultValue = "1,8")
    private List<Integer> batches;
    @Option(names = "--window")
    private boolean window;
    @Option(names = "--writing")
    private boolean writing;

    @Option(names = "--models", paramLabel = "M", split = ",")
    private List<String> models = List.of();

    BenchCommand(Console console) {
        super(console);
    }

    @Override
    void run() throws EngineException {
        List<BenchResult.Row> rows = List.copyOf(window ? told(Answers.measure()) : engine());
        if (json) {
            console.json(new BenchResult(rows));
        }
    }

    /// As soon as they are measured, so that what breaks off has told what it had.
    private List<BenchResult.Row> told(List<BenchResult.Row> rows) {
        if (!json) {
            rows.forEach(row -> console.line(String.format(Locale.ROOT, "%-52s %10.2f %s  (%.2f – %.2f)", row.name(),
                    row.median(), row.unit(), row.least(), row.most())));
        }
        return rows;
    }

    private List<BenchResult.Row> engine() throws EngineException {
        try (Engine engine = start()) {
            if (longRun) {
                LongRun run = new LongRun(engine, console, steps.orElse(models.isEmpty() ? 2_000 : 500));
                return told(models.isEmpty() ? run.measure() : run.measure(models));
            }
            if (writing) {
                return told(console.await(engine.benchWriting(runs)).rows());
            }
            if (!models.isEmpty()) {
                return families(engine);
            }
            List<BenchResult.Row> rows = new ArrayList<>(told(new Start(Math.min(runs, 5)).measure()));
            rows.addAll(told(console.await(engine.bench(runs)).rows()));
            return rows;
        }
    }

    private List<BenchResult.Row> families(Engine engine) throws EngineException {
        List<BenchResult.Row> rows = new ArrayList<>();
        for (String family : models) {
            if (small) {
                rows.addAll(told(console.await(engine.bench(family, OptionalInt.empty(), runs)).rows()));
                continue;
            }
            for (int batch : batches) {
                rows.addAll(told(console.await(engine.bench(family, OptionalInt.of(batch), runs)).rows()));
            }
        }
        return rows;
    }
}
