package org.diptych.engine;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.pipeline.ExperimentFile;
import org.diptych.engine.pipeline.ResultFile;
import org.diptych.engine.train.PlanFile;

/// The small weights that ship, as a folder on disk: the ordinary loader maps files, so what lies in a jar is put into the data folder once.
final class Bundled {
    private static final List<String> FILES = List.of("config.json", "tokenizer.json", "preprocessor_config.json",
            "diptych.json", "model.safetensors");

    private Bundled() {
    }

    static boolean has(String id) {
        return id.matches("[a-z0-9]+") && resource(id, "model.safetensors") != null;
    }

    private static URL resource(String id, String file) {
        return Bundled.class.getResource("/org/diptych/weights/" + id + "/" + file);
    }

    /// @return a folder that holds the weights of model `id`
    static Path folder(String id, Path data) throws EngineException {
        URL weights = resource(id, "model.safetensors");
        try {
            if (weights.getProtocol().equals("file")) {
                return Path.of(weights.toURI()).getParent();
            }
            Path folder = data.resolve("weights").resolve(id);
            for (String file : FILES) {
                URL source = resource(id, file);
                if (source != null) {
                    try (InputStream in = source.openStream()) {
                        byte[] bytes = in.readAllBytes();
                        Path target = folder.resolve(file);
                        if (!Files.exists(target) || !Arrays.equals(Files.readAllBytes(target), bytes)) {
                            SafeFile.write(target, bytes);
                        }
                    }
                }
            }
            return folder;
        } catch (IOException | URISyntaxException e) {
            throw new EngineException(e, "engine.bundled", id, String.valueOf(e.getMessage()));
        }
    }

    /// @return the committed plan of a family
    static FineTunePlan plan(String id) throws EngineException {
        return PlanFile.parse(planJson(id), "/org/diptych/plans/" + id + ".json");
    }

    /// @return the committed plan of that name as text
    static String planJson(String id) throws EngineException {
        return text("plans/" + id + ".json", id).orElseThrow(() -> new EngineException("train.family", id));
    }

    /// @return the experiments that come with the program, in the order of their index
    static List<Experiment> experiments() throws EngineException {
        List<Experiment> out = new ArrayList<>();
        for (String id : text("experiments/index.txt", "experiments").orElse("").lines().filter(l -> !l.isBlank())
                .toList()) {
            String name = "experiments/" + id + ".json";
            out.add(ExperimentFile.parse(text(name, id).orElseThrow(() -> new EngineException("experiments.none", id)),
                    name, Bundled::planJson));
        }
        return out;
    }

    /// @param named id of an experiment that comes with the program, or a file
    static Experiment experiment(String named) throws EngineException {
        Path file = Path.of(named);
        if (!Files.isRegularFile(file)) {
            return experiments().stream().filter(e -> e.id().equals(named)).findFirst()
                    .orElseThrow(() -> new EngineException("experiments.none", named));
        }
        try {
            return ExperimentFile.parse(Files.readString(file), named, Bundled::planJson);
        } catch (IOException e) {
            throw new EngineException(e, "experiments.unreadable", named, String.valueOf(e.getMessage()));
        }
    }

    /// @return what this version measured of an experiment, where that comes with it
    static Optional<ExperimentResult> result(String id) throws EngineException {
        String name = "experiments/" + id + ".result.json";
        Optional<String> json = id.matches("[a-z0-9-]+") ? text(name, id) : Optional.empty();
        return json.isPresent() ? Optional.of(ResultFile.parse(json.get(), name)) : Optional.empty();
    }

    private static Optional<String> text(String name, String id) throws EngineException {
        try (InputStream in = Bundled.class.getResourceAsStream("/org/diptych/" + name)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new EngineException(e, "engine.bundled", id, String.valueOf(e.getMessage()));
        }
    }

    /// @return true when a plan of that name is committed
    static boolean hasPlan(String id) {
        return id.matches("[a-z0-9-]+") && Bundled.class.getResource("/org/diptych/plans/" + id + ".json") != null;
    }
}
