package org.diptych.engine.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.Engine;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.OverlayRequest;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TrainingControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych tour`: what a newcomer would do, without a display, as one page: look at a word, compare pictures with sentences, teach a model.
@Command(name = "tour")
final class TourCommand extends EngineCommand {
    private static final long SCENE = (2L << 40) + 1;
    private static final int SIDE = 320;
    private static final int PAIRS = 8;
    @Option(names = "--out", paramLabel = "DIR", required = true)
    private Path out;
    @Option(names = "--json")
    private boolean json;
    @Option(names = "--steps", paramLabel = "N", defaultValue = "60")
    private int steps;

    TourCommand(Console console) {
        super(console);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            LoadedModel model = load(engine, "clip");
            TourPage page = new TourPage(console.texts());
            look(engine, model, page);
            double recall = contrast(engine, model, page);
            double loss = teach(engine, page);
            Path file = out.resolve("tour.html");
            SafeFile.write(file, page.html());
            if (json) {
                console.json(
                        Map.of("page", file.toAbsolutePath().toString(), "r1.image_to_text", recall, "loss", loss));
            } else {
                console.say("cli.tour.done", file.toAbsolutePath());
            }
        }
    }

    /// One map for each thing that the sentence names.
    private void look(Engine engine, LoadedModel model, TourPage page) throws EngineException {
        Scene small = engine.scene(SCENE, model.imageSize(), "aligned");
        Scene large = engine.scene(SCENE, SIDE, "aligned");
        String text = small.captions().get("en").getFirst();
        List<TourPage.Figure> figures = new ArrayList<>();
        figures.add(new TourPage.Figure(picture(engine, large.picture(), "scene.png"), text));
        for (Scene.Thing thing : small.objects()) {
            String words = thing.colour() + " " + thing.kind();
            int start = text.indexOf(words);
            RelevanceResult found = console.await(engine.relevance(new RelevanceRequest(model.handle(), small.picture(),
                    text, start, start + words.length(), model.methods().getFirst())));
            Path file = out.resolve("look-" + thing.colour() + "-" + thing.kind() + ".png");
            Axis.Patches grid = found.grid().orElseThrow(); // the bundled model has patches
            console.await(engine.writeOverlay(new OverlayRequest(large.picture(),
                    new org.diptych.engine.api.Box(0, 0, SIDE, SIDE), grid.rows(), grid.cols(), found.values(),
                    "viridis", SIDE, file)));
            figures.add(new TourPage.Figure(bytes(file), words));
        }
        page.look(model.title(), figures);
    }

    /// @return share of pictures that find their own sentence first
    private double contrast(Engine engine, LoadedModel model, TourPage page) throws EngineException {
        List<Picture> seen = new ArrayList<>();
        List<byte[]> shown = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (long i = 0; seen.size() < PAIRS; i++) {
            Scene scene = engine.scene(SCENE + i, model.imageSize(), "aligned");
            String text = scene.captions().get("en").getFirst();
            if (!texts.contains(text)) {
                seen.add(scene.picture());
                texts.add(text);
                shown.add(picture(engine, engine.scene(SCENE + i, 96, "aligned").picture(),
                        "pair-" + seen.size() + ".png"));
            }
        }
        ContrastResult result = console.await(engine.contrast(new ContrastRequest(model.handle(), seen, texts)));
        double recall = MatrixMath.recall(result.similarity(), PAIRS, 1, true);
        page.contrast(shown, texts, MatrixMath.softmax(result.similarity(), PAIRS, PAIRS, result.scale(), true),
                recall);
        return recall;
    }

    /// A fresh small model for a minute: the curve is what matters here, not how far it comes.
    ///
    /// @return the training loss of the last step
    private double teach(Engine engine, TourPage page) throws EngineException {
        FineTunePlan p = engine.plan("clip");
        int every = Math.max(1, steps / 6);
        FineTunePlan plan = new FineTunePlan(p.name(), p.model(), p.config(), p.startFrom(),
                new FineTunePlan.Data("toybox", "aligned", "en", "short", 0, 0, 5000, 64, 64), p.objectives(),
                p.lessons(), p.trains(), p.lora(), p.optimizer(),
                new FineTunePlan.Schedule(Math.min(10, steps / 4), 0.1), List.of(), steps,
                32, 1, every,
                steps);
        TrainingControl run = console.await(engine.fineTune(plan, out.resolve("run")));
        console.await(run.job());
        Map<String, double[][]> curves = new LinkedHashMap<>();
        List<RunLog.Row> rows = run.log().since(0);
        for (String name : List.of("loss", "validation.loss")) {
            curves.put(console.texts().get("cli.tour.curve." + name),
                    rows.stream().filter(r -> r.values().containsKey(name))
                            .map(r -> new double[]{r.step(), r.values().get(name)}).toArray(double[][]::new));
        }
        page.teach(curves, rows.size());
        return rows.stream().map(r -> r.values().get("loss")).filter(v -> v != null).reduce((a, b) -> b)
                .orElse(Double.NaN);
    }

    private byte[] picture(Engine engine, Picture picture, String name) throws EngineException {
        Path file = out.resolve(name);
        console.await(engine.writePicture(picture, file));
        return bytes(file);
    }

    private static byte[] bytes(Path file) throws EngineException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new EngineException(e, "cli.folder", file, String.valueOf(e.getMessage()));
        }
    }
}
