package org.diptych.engine;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.SafeFile;
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
        String name = "/org/diptych/plans/" + id + ".json";
        try (InputStream in = Bundled.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new EngineException("train.family", id);
            }
            return PlanFile.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), name);
        } catch (IOException e) {
            throw new EngineException(e, "engine.bundled", id, String.valueOf(e.getMessage()));
        }
    }

    /// @return true when a plan of that name is committed
    static boolean hasPlan(String id) {
        return id.matches("[a-z0-9-]+") && Bundled.class.getResource("/org/diptych/plans/" + id + ".json") != null;
    }
}
