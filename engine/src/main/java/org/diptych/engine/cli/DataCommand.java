package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.Engine;
import org.diptych.engine.api.BrokenRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SetReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych data`: what a file or folder holds to learn from, and which of its rows cannot be used.
@Command(name = "data")
final class DataCommand extends EngineCommand {
    @Option(names = "--set", paramLabel = "PATH", required = true)
    private Path set;
    @Option(names = "--json")
    private boolean json;

    DataCommand(Console console) {
        super(console);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            SetReport report = console.await(engine.sets().describe(set));
            if (json) {
                console.json(json(report));
                return;
            }
            console.say("cli.data.format", console.texts().get(report.format()));
            console.say("cli.data.pairs", report.pairs(), report.train(), report.validation());
            if (report.unused() > 0) {
                console.say("cli.data.unused", report.unused());
            }
            if (report.answers() > 0) {
                console.say("cli.data.answers", report.answers());
            }
            report.regions().ifPresent(found -> console.say("cli.data.regions", found.told()));
            console.say("cli.data.skipped", report.skipped());
            for (BrokenRow broken : report.broken()) {
                console.say("cli.data.row", Integer.toString(broken.row()), why(broken));
            }
            if (report.skipped() > report.broken().size()) {
                console.say("cli.data.more", report.skipped() - report.broken().size());
            }
        }
    }

    private String why(BrokenRow broken) {
        return console.texts().get(broken.why().key(), broken.why().args().toArray());
    }

    private Map<String, Object> json(SetReport report) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("source", report.source().toString());
        out.put("format", report.format().substring(report.format().lastIndexOf('.') + 1));
        out.put("pairs", report.pairs());
        out.put("train", report.train());
        out.put("validation", report.validation());
        out.put("unused", report.unused());
        out.put("answers", report.answers());
        report.taken().ifPresent(found -> out.put("regions", found));
        out.put("skipped", report.skipped());
        List<Map<String, Object>> rows = report.broken().stream().map(b -> {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("row", b.row());
            row.put("reason", b.why().key().substring("data.broken.".length()));
            row.put("why", why(b));
            return row;
        }).toList();
        out.put("broken", rows);
        return out;
    }
}
