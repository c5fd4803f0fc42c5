package org.diptych.engine.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.RunSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych runs`: the runs in the data folder, newest first.
@Command(name = "runs")
final class RunsCommand extends EngineCommand {
    @Option(names = "--json")
    private boolean json;

    RunsCommand(Console console) {
        super(console);
    }

    @Override
    void run() throws EngineException {
        List<RunSummary> runs = Engine.runs(EngineOptions.defaults()).list();
        if (json) {
            console.json(runs.stream().map(RunsCommand::row).toList());
            return;
        }
        if (runs.isEmpty()) {
            console.note("cli.runs.none");
        }
        for (RunSummary run : runs) {
            String loss = run.last().containsKey("loss")
                    ? String.format(Locale.ROOT, "%.4f", run.last().get("loss"))
                    : "–";
            console.line(String.format(Locale.ROOT, "%-36s  %-12s  %7d / %-7d  %s", run.id(),
                    console.texts().get("finetune.status." + run.status()), run.step(), run.header().plan().steps(),
                    loss));
        }
    }

    private static Map<String, Object> row(RunSummary run) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("id", run.id());
        row.put("folder", run.folder().toString());
        row.put("plan", run.header().plan().name());
        row.put("status", run.status());
        row.put("step", run.step());
        row.put("steps", run.header().plan().steps());
        row.put("started", run.header().started());
        row.put("seconds", run.seconds());
        row.put("last", run.last());
        return row;
    }
}
