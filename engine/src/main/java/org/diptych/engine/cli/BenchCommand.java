package org.diptych.engine.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
        BenchResult result = new BenchResult(List.copyOf(window ? Answers.measure() : engine()));
        if (json) {
            console.json(result);
            return;
        }
        for (BenchResult.Row row : result.rows()) {
            console.line(String.format(Locale.ROOT, "%-52s %10.2f %s  (%.2f – %.2f)", row.name(), row.median(),
                    row.unit(), row.least(), row.most()));
        }
    }

    private List<BenchResult.Row> engine() throws EngineException {
        try (Engine engine = start()) {
            if (longRun) {
                LongRun run = new LongRun(engine, console);
                return models.isEmpty() ? run.measure() : run.measure(models);
            }
            if (writing) {
                return console.await(engine.benchWriting(runs)).rows();
            }
            if (!models.isEmpty()) {
                return console.await(engine.bench(models, runs)).rows();
            }
            List<BenchResult.Row> rows = new ArrayList<>(new Start(Math.min(runs, 5)).measure());
            rows.addAll(console.await(engine.bench(runs)).rows());
            return rows;
        }
    }
}
