package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diptych.engine.Engine;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.OverlayRequest;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TraceSelection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych look`: maps over one picture as PNG, and the whole attention as JSON.
@Command(name = "look")
final class LookCommand extends EngineCommand {
    private static final int SIDE = 512;
    @Option(names = "--model", paramLabel = "M", defaultValue = "clip")
    private String model;
    @Option(names = "--image", paramLabel = "F")
    private Path image;
    @Option(names = "--scene", paramLabel = "SEED")
    private Long scene;
    @Option(names = "--text", paramLabel = "T")
    private String text;
    @Option(names = "--words", paramLabel = "W")
    private String words = "";
    @Option(names = "--method", paramLabel = "METHOD")
    private RelevanceMethod method;
    @Option(names = "--out", paramLabel = "DIR", required = true)
    private Path out;
    @Option(names = "--json")
    private boolean json;

    LookCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        if (image == null && scene == null || image != null && text == null) {
            throw misunderstood("cli.look.needs");
        }
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            LoadedModel loaded = load(engine, model);
            Picture seen = image != null
                    ? console.await(engine.readPicture(image))
                    : engine.scene(scene, loaded.imageSize(), "aligned").picture();
            String said = text != null ? text : engine.scene(scene, 64, "aligned").captions().get("en").getFirst();
            Picture shown = seen;
            if (image == null) {
                Scene large = engine.scene(scene, SIDE, "aligned");
                shown = large.picture();
            }
            write(engine, loaded, seen, shown, said);
        }
    }

    private void write(Engine engine, LoadedModel loaded, Picture seen, Picture shown, String said)
            throws EngineException {
        int start = words.isEmpty() ? 0 : said.indexOf(words);
        if (start < 0) {
            throw new EngineException("cli.words", words, said);
        }
        InspectResult result = console
                .await(engine.inspect(new InspectRequest(loaded.handle(), seen, said, TraceSelection.DEFAULT)));
        result.notes().forEach(note -> console.note(note.key(), note.args().toArray()));
        float scale = (float) shown.width() / seen.width();
        for (AttentionTrace.SiteTrace site : result.trace().sites()) {
            if (site.site().key() instanceof Axis.Patches axis) {
                for (int layer = 0; layer < site.site().layers(); layer++) {
                    float[] row = site.row(layer, AttentionTrace.HEAD_MEAN, Math.max(0, site.site().summary()));
                    overlay(engine, shown, scaled(result.view(), scale), axis,
                            java.util.Arrays.copyOfRange(row, axis.prefix(), row.length),
                            "attention-" + site.site().name() + "-layer" + (layer + 1) + ".png");
                }
            }
        }
        Map<String, RelevanceResult> relevance = new LinkedHashMap<>();
        for (RelevanceMethod each : method == null ? loaded.methods() : List.of(method)) {
            RelevanceResult found = console.await(engine
                    .relevance(new RelevanceRequest(loaded.handle(), seen, said, start, start + words.length(), each)));
            relevance.put(each.name().toLowerCase(Locale.ROOT), found);
            overlay(engine, shown, scaled(found.view(), scale), found.grid(), found.patches(),
                    "relevance-" + each.name().toLowerCase(Locale.ROOT) + ".png");
        }
        SafeFile.write(out.resolve("trace.json"), TraceJson.of(loaded, said, result, words, relevance));
        if (json) {
            console.json(Map.of("scores", result.scores(), "out", out.toString()));
            return;
        }
        result.scores().forEach((name, value) -> console.line(String.format(Locale.ROOT, "%s %.4f", name, value)));
        console.say("cli.written", out);
    }

    private static Box scaled(Box box, float s) {
        return new Box(box.x1() * s, box.y1() * s, box.x2() * s, box.y2() * s);
    }

    private void overlay(Engine engine, Picture shown, Box view, Axis.Patches axis, float[] values, String name)
            throws EngineException {
        console.await(engine.writeOverlay(
                new OverlayRequest(shown, view, axis.rows(), axis.cols(), values, "viridis", SIDE, out.resolve(name))));
    }
}
