package org.diptych.engine.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.Engine;
import org.diptych.engine.api.CurvesRequest;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.Note;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Runs;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych curves`: what the numbers of runs say, and their curves as files.
@Command(name = "curves")
final class CurvesCommand extends EngineCommand {
    @Option(names = "--run", paramLabel = "RUN", required = true)
    private List<String> runs = new ArrayList<>();
    @Option(names = "--value", paramLabel = "NAME")
    private List<String> values = new ArrayList<>();
    @Option(names = "--smoothing", paramLabel = "S", defaultValue = "0")
    private double smoothing;
    @Option(names = "--log")
    private boolean logValues;
    @Option(names = "--log-steps")
    private boolean logSteps;
    @Option(names = "--clip")
    private boolean clip;
    @Option(names = "--dark")
    private boolean dark;
    @Option(names = "--out", paramLabel = "FILE")
    private Path out;
    @Option(names = "--json")
    private boolean json;

    CurvesCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        require(smoothing >= 0 && smoothing < 1, "--smoothing " + smoothing);
    }

    /// @return a run's own name in the store, or the whole path of its folder
    private static String name(String run) {
        Path folder = Path.of(run);
        return Files.isDirectory(folder) ? folder.toAbsolutePath().toString() : run;
    }

    @Override
    void run() throws EngineException {
        Runs store = Engine.runs(EngineOptions.defaults());
        List<String> named = runs.stream().map(CurvesCommand::name).toList();
        List<Map<String, Object>> told = new ArrayList<>();
        for (String run : named) {
            RunLog log = store.log(run);
            List<Note> notes = Engine.notes(log);
            told.add(tell(log, notes));
            if (!json) {
                console.line(log.header().id());
                notes.forEach(
                        n -> console.line("  " + console.texts().get(n.says()) + " " + console.texts().get(n.todo())));
                if (notes.isEmpty()) {
                    console.line("  " + console.texts().get("coach.none"));
                }
            }
        }
        if (out != null) {
            Engine.writeCurves(store,
                    new CurvesRequest(named, values, smoothing, logValues, logSteps, clip, dark, out));
        }
        if (json) {
            console.json(told);
        } else if (out != null) {
            console.say("cli.written", out);
        }
    }

    private Map<String, Object> tell(RunLog log, List<Note> notes) {
        List<Map<String, Object>> said = new ArrayList<>();
        for (Note note : notes) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("kind", note.kind());
            one.put("curve", note.curve());
            one.put("from", note.from());
            one.put("to", note.to());
            one.put("says", console.texts().get(note.says()));
            one.put("todo", console.texts().get(note.todo()));
            said.add(one);
        }
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("run", log.header().id());
        all.put("rows", log.size());
        all.put("notes", said);
        return all;
    }
}
