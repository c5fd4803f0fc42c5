package org.diptych.engine.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.MomentsRequest;
import org.diptych.engine.api.RunSummary;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych runs`: the runs in the data folder, newest first; or the moments of one of them as an animation.
@Command(name = "runs")
final class RunsCommand extends EngineCommand {
    @Option(names = "--json")
    private boolean json;
    @Option(names = "--export-moments", paramLabel = "RUN")
    private String moments;
    @Option(names = "--pair", paramLabel = "N")
    private int pair;
    @Option(names = "--word", paramLabel = "WORD")
    private String word = "";
    @Option(names = "--delay", paramLabel = "MS", defaultValue = "250")
    private int delay;
    @Option(names = "--dark")
    private boolean dark;
    @Option(names = "--out", paramLabel = "FILE")
    private Path out;

    RunsCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        require(delay >= 10 && delay <= 60_000, "--delay " + delay);
        require(pair >= 0, "--pair " + pair);
        if (moments != null && out == null) {
            throw misunderstood("cli.usage.missing", "--out");
        }
    }

    private void export(List<RunSummary> runs) throws EngineException {
        Path folder = Path.of(moments);
        if (!Files.isDirectory(folder)) {
            folder = runs.stream().filter(r -> r.id().equals(moments)).findFirst()
                    .orElseThrow(() -> new EngineException("moments.run", moments)).folder();
        }
        try (Engine engine = start()) {
            Path written = console.await(engine.writeMoments(new MomentsRequest(folder, pair - 1, word, delay, dark,
                    console.texts().locale().getLanguage(), out)));
            console.say("cli.written", written);
        }
    }

    @Override
    void run() throws EngineException {
        List<RunSummary> runs = Engine.runs(EngineOptions.defaults()).list();
        if (moments != null) {
            export(runs);
            return;
        }
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
            console.line(String.format(Locale.ROOT, "%-36s  %-12s  %7d / %-7d  %-4s  %s", run.id(),
                    console.texts().get("finetune.status." + run.status()), run.step(), run.header().plan().steps(),
                    run.header().plan().precision(), loss));
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
        row.put("precision", run.header().plan().precision());
        row.put("started", run.header().started());
        row.put("seconds", run.seconds());
        row.put("last", run.last());
        return row;
    }
}
