package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.Engine;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.OverlayRequest;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.TraceSelection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych look`: maps over one picture as PNG, and the whole attention as JSON.
@Command(name = "look")
final class LookCommand extends EngineCommand {
    private static final int SIDE = 512;
    /// Cells a side in which boxes are drawn.
    private static final int SPREAD = 128;

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
    @Option(names = "--query", paramLabel = "N")
    private Integer query;
    @Option(names = "--regions", paramLabel = "FILE|grid:RxC|toybox")
    private String regions = "";
    @Option(names = "--score", paramLabel = "match|similarity|answer:TEXT|word:INDEX|next:WORD")
    private String score = "";
    @Option(names = "--among", paramLabel = "A", split = ",")
    private List<String> among = List.of();
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
        require(query == null || query >= 1 && method == RelevanceMethod.GRAD_CAM, "--query " + query);
        require(RegionOption.sound(regions) && (scene != null || !regions.equals(RegionOption.TOYBOX)),
                "--regions " + regions);
        require(score.isEmpty() || score.equals("match") || score.equals("similarity") || score.startsWith("answer:")
                || score.startsWith("next:") || score.matches("word:\\d{1,6}"), "--score " + score);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            LoadedModel loaded = load(engine, model);
            Picture seen = image != null
                    ? console.await(engine.readPicture(image))
                    : engine.scene(scene, loaded.sceneSize(), "aligned").picture();
            String said = text != null ? text : engine.scene(scene, 64, "aligned").captions().get("en").getFirst();
            Picture shown = seen;
            if (image == null) {
                Scene large = engine.scene(scene, SIDE, "aligned");
                shown = large.picture();
            }
            Optional<Scene> truth = Optional.ofNullable(scene)
                    .map(s -> engine.scene(s, loaded.sceneSize(), "aligned"));
            write(engine, loaded,
                    new Shown(seen, shown, said, RegionOption.of(regions, console, engine, loaded, seen, truth)));
        }
    }

    /// @param picture as the model gets it
    /// @param shown   the same, as it is drawn under a map
    private record Shown(Picture picture, Picture shown, String said, Optional<RegionSource> regions) {
        Box scaled(Box box) {
            float s = (float) shown.width() / picture.width();
            return new Box(box.x1() * s, box.y1() * s, box.x2() * s, box.y2() * s);
        }
    }

    /// @return what the maps explain: what was asked for, else the first that the model tells of this sentence; nothing where it tells none, as without a gap to fill
    private Optional<Score> score(LoadedModel loaded, InspectResult result) {
        if (score.startsWith("answer:")) {
            return Optional.of(new Score.Answer(score.substring("answer:".length())));
        }
        if (score.startsWith("next:")) {
            return Optional.of(new Score.Next(score.substring("next:".length())));
        }
        if (score.startsWith("word:")) {
            return Optional.of(new Score.Word(Integer.parseInt(score.substring("word:".length()))));
        }
        if (score.equals("similarity")) {
            return Optional.of(new Score.Similarity());
        }
        if (!score.isEmpty() || loaded.capabilities().contains(Capability.SCORES_PAIRS)) {
            return Optional.of(new Score.Match());
        }
        if (loaded.capabilities().contains(Capability.ANSWERS)) { // one that ranks answers explains nothing before it is given some
            return result.answers().isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Score.Answer(among.isEmpty() ? "" : result.answers().getFirst().name()));
        }
        return result.next().isEmpty()
                ? result.fills().keySet().stream().findFirst().map(Score.Word::new)
                : Optional.of(new Score.Next(""));
    }

    private void write(Engine engine, LoadedModel loaded, Shown input) throws EngineException {
        String said = input.said;
        int start = words.isEmpty() ? 0 : said.indexOf(words);
        if (start < 0) {
            throw new EngineException("cli.words", words, said);
        }
        InspectResult result = console.await(engine.inspect(new InspectRequest(loaded.handle(), input.picture, said,
                TraceSelection.DEFAULT, input.regions, among)));
        result.notes().forEach(note -> console.note(note.key(), note.args().toArray()));
        for (AttentionTrace.SiteTrace site : result.trace().sites()) {
            for (int layer = 0; layer < site.site().layers(); layer++) {
                float[] row = site.row(layer, AttentionTrace.HEAD_MEAN, Math.max(0, site.site().summary()));
                String name = "attention-" + site.site().name() + "-layer" + (layer + 1) + ".png";
                int at = 0;
                for (Axis part : site.site().key() instanceof Axis.Joined joined
                        ? joined.parts()
                        : List.of(site.site().key())) {
                    int prefix = part instanceof Axis.Patches grid
                            ? grid.prefix()
                            : part instanceof Axis.Boxes boxes ? boxes.prefix() : 0;
                    draw(engine, input, part, Arrays.copyOfRange(row, at + prefix, at + part.size()),
                            new Seen(result.view(), result.regions()), name);
                    at += part.size();
                }
            }
        }
        Map<String, RelevanceResult> relevance = new LinkedHashMap<>();
        Optional<Score> explained = score(loaded, result);
        if (explained.isEmpty() && method != null && !loaded.talk().ranks()) {
            throw new EngineException("engine.method", loaded.title(), method);
        }
        for (RelevanceMethod each : explained.map(s -> methods(loaded, s)).orElse(List.of())) {
            RelevanceResult found = console.await(engine.relevance(new RelevanceRequest(loaded.handle(),
                    input.picture, said, start, start + words.length(), each, explained.get(),
                    input.regions, query == null ? OptionalInt.empty() : OptionalInt.of(query - 1))));
            relevance.put(each.name().toLowerCase(Locale.ROOT), found);
            draw(engine, input, found.picture(), found.values(), new Seen(found.view(), found.regions()),
                    "relevance-" + each.name().toLowerCase(Locale.ROOT) + ".png");
        }
        SafeFile.write(out.resolve("trace.json"), TraceJson.of(loaded, said, result, words, relevance));
        if (json) {
            console.json(Map.of("scores", result.scores(), "out", out.toString()));
            return;
        }
        result.scores().forEach((name, value) -> console.line(String.format(Locale.ROOT, "%s %.4f", name, value)));
        result.answers().forEach(g -> console.line(String.format(Locale.ROOT, "%s %.4f", g.name(), g.probability())));
        result.fills().forEach((place, guesses) -> console.line(place + " " + listed(guesses)));
        if (!result.next().isEmpty()) {
            console.line("… " + listed(result.next()));
        }
        console.say("cli.written", out);
    }

    private static String listed(List<Guess> guesses) {
        return guesses.stream().map(g -> String.format(Locale.ROOT, "%s %.4f", g.name(), g.probability()))
                .collect(java.util.stream.Collectors.joining(", "));
    }

    /// Occlusion answers for a score of the pair alone.
    private List<RelevanceMethod> methods(LoadedModel loaded, Score explained) {
        return method != null
                ? List.of(method)
                : loaded.methods().stream().filter(m -> explained.ofPair()
                        || m != RelevanceMethod.OCCLUSION && m != RelevanceMethod.PATCH_TEXT).toList();
    }

    /// What was seen of a picture, and its boxes where a model reads regions.
    private record Seen(Box view, Optional<Regions> regions) {
    }

    private void draw(Engine engine, Shown input, Axis axis, float[] values, Seen seen, String name)
            throws EngineException {
        int rows;
        int cols;
        float[] cells;
        switch (axis) {
            case Axis.Patches grid -> {
                rows = grid.rows();
                cols = grid.cols();
                cells = values;
            }
            case Axis.Boxes boxes -> {
                rows = SPREAD;
                cols = SPREAD;
                cells = Regions.spread(seen.regions.orElseThrow().boxes(), values, seen.view, rows, cols);
            }
            default -> {
                return; // no part of the picture
            }
        }
        console.await(engine.writeOverlay(new OverlayRequest(input.shown, input.scaled(seen.view), rows, cols, cells,
                "viridis", SIDE, out.resolve(name))));
    }
}
