package org.diptych.engine.cli;

import java.util.List;
import java.util.Locale;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadReport;
import org.diptych.engine.api.LoadedModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych load`: opens a checkpoint and says what became of every tensor.
@Command(name = "load")
final class LoadCommand extends EngineCommand {
    @Option(names = "--model", paramLabel = "M", defaultValue = "clip")
    private String model;
    @Option(names = "--json")
    private boolean json;

    LoadCommand(Console console) {
        super(console);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            LoadedModel loaded = load(engine, model);
            LoadReport report = loaded.report();
            if (json) {
                console.json(report);
                return;
            }
            console.say("cli.load.title", loaded.title(), report.form(), report.layout());
            console.say("cli.load.counts", report.loaded(), report.parameters() / 1e6, report.bytes() / 1e6);
            if (!report.path().isEmpty()) {
                console.say("cli.load.path", String.join(" → ", report.path()));
            }
            report.dropped().forEach((name, reason) -> console.say("cli.load.dropped", name, reason));
            if (!loaded.lacking().isEmpty()) {
                console.say("cli.load.lacking", loaded.lacking().stream().map(c -> console.texts()
                        .get("catalog.capability." + c.name().toLowerCase(Locale.ROOT)))
                        .collect(java.util.stream.Collectors.joining(", ")));
            }
            if (!report.inert().isEmpty()) {
                console.say("cli.load.inert", String.join(", ", List.copyOf(report.inert())));
            }
        }
    }
}
