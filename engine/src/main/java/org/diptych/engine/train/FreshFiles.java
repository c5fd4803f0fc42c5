package org.diptych.engine.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.data.toybox.ToyboxTokenizer;

/// What lies beside a model that begins from nothing: Toybox's tokenizer, and how pictures are prepared.
public final class FreshFiles {
    /// CLIP's own channel means and deviations, which serve any picture.
    private static final List<Double> MEAN = List.of(0.48145466, 0.4578275, 0.40821073);
    private static final List<Double> DEVIATION = List.of(0.26862954, 0.26130258, 0.27577711);

    private FreshFiles() {
    }

    /// Writes the files.
    ///
    /// @return the plan's configuration, with what the tokenizer decides filled in: `vocab_size` and `eos_token_id` of `text_config`
    /// @throws EngineException when the plan's configuration has another vocabulary, or the folder cannot be written
    public static JsonObject write(Path folder, FineTunePlan plan) throws EngineException {
        Gson gson = new GsonBuilder().setPrettyPrinting().create();
        JsonObject config = gson.toJsonTree(plan.config()).getAsJsonObject();
        int side = plan.data().pictureSize();
        if (config.get("vision_config") instanceof JsonObject vision
                && vision.get("image_size") instanceof JsonElement given) {
            side = given.getAsInt();
        }
        if (config.get("text_config") instanceof JsonObject text) {
            int vocabulary = ToyboxTokenizer.vocabulary().size();
            must(text, "vocab_size", vocabulary, plan);
            must(text, "eos_token_id", vocabulary - 1, plan);
        }
        JsonObject pictures = new JsonObject();
        pictures.addProperty("do_resize", true);
        pictures.addProperty("size", side);
        pictures.addProperty("resample", 3);
        pictures.addProperty("do_center_crop", true);
        pictures.addProperty("crop_size", side);
        pictures.addProperty("do_normalize", true);
        pictures.add("image_mean", gson.toJsonTree(MEAN));
        pictures.add("image_std", gson.toJsonTree(DEVIATION));
        SafeFile.write(folder.resolve("preprocessor_config.json"), gson.toJson(pictures) + "\n");
        SafeFile.write(folder.resolve("tokenizer.json"), ToyboxTokenizer.json());
        return config;
    }

    private static void must(JsonObject text, String key, int value, FineTunePlan plan) throws EngineException {
        JsonElement given = text.get(key);
        if (given == null) {
            text.addProperty(key, value);
        } else if (!given.isJsonPrimitive() || !given.getAsString().equals(Integer.toString(value))) {
            throw new EngineException("train.plan.value", plan.name(), "config.text_config." + key, given.toString(),
                    Integer.toString(value));
        }
    }
}
