package org.diptych.engine.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.Engine;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.PairScore;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.SafeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych contrast`: pictures against sentences as a table, a picture and figures.
@Command(name = "contrast")
final class ContrastCommand extends EngineCommand {
    private static final List<String> PICTURES = List.of(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp");
    private static final Map<String, PairScore> SCORES = Map.of("similarity", PairScore.SIMILARITY, "match",
            PairScore.MATCH);
    @Option(names = "--model", paramLabel = "M", defaultValue = "clip")
    private String model;
    @Option(names = "--images", paramLabel = "DIR|F", required = true, arity = "1..*")
    private List<Path> images;
    @Option(names = "--texts", paramLabel = "FILE|T", required = true, arity = "1..*")
    private List<String> texts;
    @Option(names = "--regions", paramLabel = "FILE|grid:RxC", arity = "1..*")
    private List<String> regions = List.of();
    @Option(names = "--score", paramLabel = "similarity|match")
    private String score = "";
    @Option(names = "--out", paramLabel = "DIR", required = true)
    private Path out;
    @Option(names = "--json")
    private boolean json;

    ContrastCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        regions.forEach(
                r -> require(RegionOption.sound(r) && !r.equals(RegionOption.TOYBOX), "--regions " + r));
        require(score.isEmpty() || SCORES.containsKey(score), "--score " + score);
    }

    @Override
    void run() throws EngineException {
        List<Path> files = files();
        List<String> sentences = sentences();
        try (Engine engine = start()) {
            LoadedModel loaded = load(engine, model);
            List<Picture> pictures = new ArrayList<>();
            for (Path file : files) {
                pictures.add(console.await(engine.readPicture(file)));
            }
            ContrastResult result = console
                    .await(engine.contrast(new ContrastRequest(loaded.handle(), pictures, sentences,
                            sources(engine, loaded, pictures), Optional.ofNullable(SCORES.get(score)))));
            StringBuilder table = new StringBuilder("image");
            sentences.forEach(s -> table.append(',').append(quoted(s)));
            table.append('\n');
            for (int i = 0; i < result.rows(); i++) {
                table.append(quoted(files.get(i).getFileName().toString()));
                for (int j = 0; j < result.cols(); j++) {
                    table.append(String.format(Locale.ROOT, ",%.6f", result.at(i, j)));
                }
                table.append('\n');
            }
            SafeFile.write(out.resolve("matrix.csv"), table.toString());
            console.await(engine.writeMatrix(result, out.resolve("matrix.png")));
            SafeFile.write(out.resolve("metrics.json"),
                    Console.text(metrics(result)));
            result.truncated().forEach(i -> console.note("cli.contrast.truncated", sentences.get(i)));
            if (json) {
                console.json(metrics(result));
            } else {
                console.say("cli.written", out);
            }
        }
    }

    /// One source for all pictures, or one a picture in the same order.
    private List<RegionSource> sources(Engine engine, LoadedModel loaded, List<Picture> pictures)
            throws EngineException {
        List<RegionSource> out = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            String given = regions.isEmpty() ? "" : regions.get(regions.size() == pictures.size() ? i : 0);
            RegionOption.of(given, console, engine, loaded, pictures.get(i), Optional.empty()).ifPresent(out::add);
        }
        return out;
    }

    private static Map<String, Object> metrics(ContrastResult result) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("pictures", result.rows());
        out.put("texts", result.cols());
        out.put("score", result.score().name().toLowerCase(Locale.ROOT));
        out.put("temperature", 1 / result.scale());
        if (result.rows() == result.cols()) {
            for (int k : new int[]{1, 5, 10}) {
                out.put("r" + k + ".image_to_text", MatrixMath.recall(result.similarity(), result.rows(), k, true));
                out.put("r" + k + ".text_to_image", MatrixMath.recall(result.similarity(), result.rows(), k, false));
            }
            out.put("loss.rows", MatrixMath.loss(result.similarity(), result.rows(), result.scale(), true));
            out.put("loss.columns", MatrixMath.loss(result.similarity(), result.rows(), result.scale(), false));
        }
        out.put("truncated", result.truncated());
        return out;
    }

    private static String quoted(String text) {
        return text.matches("(?s).*[,\"\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    private List<Path> files() throws EngineException {
        List<Path> out = new ArrayList<>();
        for (Path path : images) {
            if (Files.isDirectory(path)) {
                try (Stream<Path> inner = Files.list(path)) {
                    inner.filter(f -> PICTURES.stream().anyMatch(f.toString().toLowerCase(Locale.ROOT)::endsWith))
                            .sorted().forEach(out::add);
                } catch (IOException e) {
                    throw new EngineException(e, "cli.folder", path, String.valueOf(e.getMessage()));
                }
            } else {
                out.add(path);
            }
        }
        if (out.isEmpty()) {
            throw new EngineException("cli.folder", images.getFirst(), "0");
        }
        return out;
    }

    private List<String> sentences() throws EngineException {
        List<String> out = new ArrayList<>();
        for (String text : texts) {
            try {
                if (text.length() < 4096 && Files.isRegularFile(Path.of(text))) {
                    Files.readAllLines(Path.of(text)).stream().map(String::strip).filter(l -> !l.isEmpty())
                            .forEach(out::add);
                } else {
                    out.add(text);
                }
            } catch (IOException e) {
                throw new EngineException(e, "cli.folder", text, String.valueOf(e.getMessage()));
            } catch (java.nio.file.InvalidPathException e) {
                out.add(text); // no file could be called so: it is a sentence
            }
        }
        if (out.isEmpty()) {
            throw new EngineException("cli.folder", texts.getFirst(), "0");
        }
        return out;
    }
}
