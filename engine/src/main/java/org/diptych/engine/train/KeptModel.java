package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
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
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.checkpoint.SafetensorsWriter;
import org.diptych.engine.model.RanksAnswers;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.Adapters;

/// Trained weights as an ordinary Hugging Face folder, read by the loader that reads public checkpoints.
final class KeptModel {
    private static final List<String> BESIDE = List.of("tokenizer.json", "tokenizer_config.json", "vocab.json",
            "merges.txt", "vocab.txt",
            "bpe_simple_vocab_16e6.txt.gz", "preprocessor_config.json");

    private KeptModel() {
    }

    /// What is kept.
    ///
    /// @param adapters changes beside matrices, which are added to them
    /// @param outward  from the model's names to the reference's
    /// @param half     true for floats of 16 bits
    record Kept(VisionLanguageModel model, Adapters adapters, NameMap outward, boolean half) {
        /// @return the model's own weights, changes added
        Map<String, NDArray> weights(NDManager scope) {
            Map<String, NDArray> all = new LinkedHashMap<>();
            model.module().weights().forEach((name, weight) -> {
                if (!Adapters.own(name)) {
                    all.put(name, weight.get());
                }
            });
            all.putAll(adapters.merged(scope));
            return all;
        }
    }

    /// Lane thread only.
    ///
    /// @param scope closed by the caller afterwards
    static void write(Path folder, Kept kept, RunFolder run, FineTunePlan plan, RunSummary summary, NDManager scope)
            throws EngineException {
        VisionLanguageModel model = kept.model();
        Map<String, NDArray> tensors = tensors(kept.weights(scope), kept.outward(), scope);
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
        if (model instanceof RanksAnswers ranks && !ranks.answers().isEmpty()) {
            SafeFile.write(folder.resolve(ModelFiles.ANSWERS), pretty(new Gson().toJsonTree(ranks.answers())));
        }
        SafeFile.write(folder.resolve("config.json"), pretty(JsonParser.parseString(model.config()).getAsJsonObject()));
        SafeFile.write(folder.resolve("diptych.json"), pretty(about(model, plan, summary)));
        // Last, since a folder without weights is no checkpoint: whoever finds the weights finds all the rest.
        if (kept.half()) {
            tensors.replaceAll((_, tensor) -> tensor.getDataType() == DataType.FLOAT32
                    ? halved(tensor, scope)
                    : tensor);
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    }

    private static NDArray halved(NDArray tensor, NDManager scope) {
        NDArray half = tensor.toType(DataType.FLOAT16, false);
        half.attach(scope);
        return half;
    }

    private static Map<String, NDArray> tensors(Map<String, NDArray> weights, NameMap outward, NDManager scope) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        outward.plan(weights.keySet()).recipes().forEach((name, recipe) -> {
            if (recipe.asItIs()) {
                out.put(name, weights.get(recipe.source()));
            } else { // what is made of weights would lie in their own scope
                out.put(name, recipe.apply(recipe.sources().stream().map(weights::get)
                        .map(w -> scope.zeros(w.getShape(), w.getDataType()).addi(w)).toList()));
            }
        });
        return out;
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
        about.add("parameters", parameters(model, plan));
        about.add("plan", JsonParser.parseString(PlanFile.json(plan)));
        return about;
    }

    /// @return for each stage and part how many numbers learnt, and how many there are
    private static JsonArray parameters(VisionLanguageModel model, FineTunePlan plan) {
        JsonArray out = new JsonArray();
        for (PlanOutline.Stage stage : Outline.course(model, plan)) {
            JsonObject parts = new JsonObject();
            for (PlanOutline.Part part : stage.parts()) {
                parts.add(part.name(), counts(part.trainable(), part.total()));
            }
            JsonObject one = counts(stage.trainable(), stage.total());
            if (!stage.name().isEmpty()) {
                one.addProperty("stage", stage.name());
            }
            one.add("parts", parts);
            out.add(one);
        }
        return out;
    }

    private static JsonObject counts(long trainable, long total) {
        JsonObject out = new JsonObject();
        out.addProperty("trainable", trainable);
        out.addProperty("total", total);
        return out;
    }

    private static String pretty(JsonElement json) {
        return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json) + "\n";
    }
}
