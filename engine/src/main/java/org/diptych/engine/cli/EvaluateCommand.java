package org.diptych.engine.cli;

import java.util.Locale;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult;
import org.diptych.engine.api.LoadedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych evaluate`: every Toybox mark, from scratch, for any seed.
@Command(name = "evaluate")
final class EvaluateCommand extends EngineCommand {
    @Option(names = "--model", paramLabel = "M", defaultValue = "clip")
    private String model;
    @Option(names = "--data", paramLabel = "SET", defaultValue = "toybox:test")
    private String data;
    @Option(names = "--world", paramLabel = "WORLD", defaultValue = "aligned")
    private String world;
    @Option(names = "--seed", paramLabel = "S", defaultValue = "0")
    private long seed;
    @Option(names = "--count", paramLabel = "N", defaultValue = "256")
    private int count;
    @Option(names = "--json")
    private boolean json;

    EvaluateCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        require(count >= 1, "--count " + count);
        requireWorld(world);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            LoadedModel loaded = load(engine, model);
            EvaluateResult result = console
                    .await(engine.evaluate(new EvaluateRequest(loaded.handle(), data, world, seed, count)));
            if (json) {
                console.json(result);
                return;
            }
            console.line(loaded.title() + "  " + result.data());
            for (EvaluateResult.Mark mark : result.marks()) {
                String wanted = Double.isNaN(mark.wanted())
                        ? ""
                        : String.format(Locale.ROOT, "  %s %.2f  %s", mark.most() ? "≤" : "≥",
                                mark.wanted(), mark.met() ? "✓" : "✗");
                console.line(String.format(Locale.ROOT, "%-34s %.3f  (%d)%s", mark.name(), mark.value(), mark.count(),
                        wanted));
            }
        }
    }
}
