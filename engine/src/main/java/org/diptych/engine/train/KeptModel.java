package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.checkpoint.SafetensorsWriter;
import org.diptych.engine.model.VisionLanguageModel;

/// Trained weights as an ordinary Hugging Face folder, read by the loader that reads public checkpoints.
final class KeptModel {
    private static final List<String> BESIDE = List.of("tokenizer.json", "tokenizer_config.json", "vocab.json",
            "merges.txt", "vocab.txt",
            "bpe_simple_vocab_16e6.txt.gz", "preprocessor_config.json");

    private KeptModel() {
    }

    /// Lane thread only.
    static void write(Path folder, VisionLanguageModel model, RunFolder run, FineTunePlan plan, RunSummary summary)
            throws EngineException {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        model.module().weights().forEach((name, weight) -> tensors.put(name, weight.get()));
        for (String name : BESIDE) {
            Path source = run.base().resolve(name);
            if (Files.exists(source)) {
                try {
                    SafeFile.write(folder.resolve(name), Files.readAllBytes(source));
                } catch (IOException e) {
                    throw new EngineException(e, "file.write", folder.resolve(name), String.valueOf(e.getMessage()));
                }
            }
        }
        SafeFile.write(folder.resolve("config.json"), pretty(JsonParser.parseString(model.config()).getAsJsonObject()));
        SafeFile.write(folder.resolve("diptych.json"), pretty(about(model, plan, summary)));
        // Last, since a folder without weights is no checkpoint: whoever finds the weights finds all the rest.
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    }

    private static JsonObject about(VisionLanguageModel model, FineTunePlan plan, RunSummary summary) {
        JsonObject about = new JsonObject();
        about.addProperty("family", model.family());
        about.addProperty("name", plan.name());
        about.addProperty("date", LocalDate.now().toString());
        about.addProperty("seed", plan.seed());
        about.addProperty("steps", summary.step());
        about.addProperty("device", summary.header().device());
        about.addProperty("threads", summary.header().threads());
        about.addProperty("began_from", summary.header().weights());
        JsonObject versions = new JsonObject();
        new TreeMap<>(summary.header().versions()).forEach(versions::addProperty);
        about.add("versions", versions);
        JsonObject metrics = new JsonObject();
        new TreeMap<>(summary.last()).forEach((name, value) -> {
            if (Double.isFinite(value)) {
                metrics.addProperty(name, value);
            }
        });
        about.add("metrics", metrics);
        about.add("plan", JsonParser.parseString(PlanFile.json(plan)));
        return about;
    }

    private static String pretty(JsonObject json) {
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json) + "\n";
    }
}
