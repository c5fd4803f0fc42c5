package org.diptych.engine.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TimingRequest;
import org.diptych.engine.api.TimingResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych time`: visual embedding, text embedding and interaction of several models over one scene.
@Command(name = "time")
final class TimeCommand extends EngineCommand {
    private static final int SIDE = 384;
    @Option(names = "--models", paramLabel = "M", required = true, arity = "1..*")
    private List<String> models;
    @Option(names = "--scene", paramLabel = "SEED", defaultValue = "1")
    private long scene;
    @Option(names = "--text", paramLabel = "T")
    private String text;
    @Option(names = "--runs", paramLabel = "N", defaultValue = "9")
    private int runs;
    @Option(names = "--json")
    private boolean json;

    TimeCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        require(runs > 0 && runs <= 1000, "--runs " + runs);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            List<String> handles = new ArrayList<>();
            for (String model : models) {
                LoadedModel loaded = load(engine, model);
                handles.add(loaded.handle());
            }
            Scene shown = engine.scene(scene, SIDE, "aligned");
            String said = text != null ? text : shown.captions().get("en").getFirst();
            TimingResult result = console.await(engine.timing(new TimingRequest(handles, shown.picture(), said,
                    RegionSource.Crops.of(shown), runs)));
            if (json) {
                console.json(result);
                return;
            }
            console.say("cli.time.head");
            for (TimingResult.Row row : result.rows()) {
                console.line(String.format(Locale.ROOT, "%-40s %9.2f %9.2f %9.2f", row.title(), row.picture(),
                        row.text(), row.together()));
            }
        }
    }
}
