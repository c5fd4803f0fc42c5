package org.diptych.engine.models.clip;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.tower.ClipTower;
import org.diptych.engine.tower.EncoderFacts;

/// The facts of one CLIP, as Hugging Face's `config.json` says them.
///
/// @param projection width of the shared space
/// @param scaleInit  initial logarithm of the scale, ln(1 / 0.07)
record ClipConfig(Text text, Vision vision, int projection, double scaleInit) {
    static final String RESNET = "modified_resnet";
    private static final double EPSILON = 1e-5;
    private static final int TEXT_HEADS = 8;
    private static final int VISION_HEADS = 12;

    /// @param end id of the end token; 2 in public files is a known slip and means "the largest id" (transformers issue 24650)
    record Text(int vocabulary, int positions, int width, int layers, int heads, int mlp, double epsilon,
            Activations activation, int end) {
        boolean endIsLargest() {
            return end == 2;
        }
    }

    sealed interface Vision {
        int image();

        int width();
    }

    record Patches(int image, int patch, int width, int layers, int heads, int mlp, double epsilon,
            Activations activation) implements Vision {
        int grid() {
            return image / patch;
        }

        ClipTower.Facts tower() {
            return new ClipTower.Facts(image, patch,
                    new EncoderFacts(width, layers, heads, mlp, epsilon, activation, true, false));
        }
    }

    /// The original's ModifiedResNet; `stages` holds the number of blocks of its four layers, `width` the stem's channels.
    record ResNet(int image, int width, int heads, List<Integer> stages) implements Vision {
    }

    static ClipConfig of(JsonObject json) throws EngineException {
        try {
            ModelConfig all = new ModelConfig("CLIP", json);
            ModelConfig text = all.section("text_config");
            ModelConfig vision = all.section("vision_config");
            Text t = new Text(text.integer("vocab_size"), text.integer("max_position_embeddings"),
                    text.integer("hidden_size"),
                    text.integer("num_hidden_layers"), text.integer("num_attention_heads"),
                    text.integer("intermediate_size"),
                    text.number("layer_norm_eps"), text.activation("hidden_act", "quick_gelu"),
                    text.integer("eos_token_id"));
            Vision v = vision.text("model_type", "").equals(RESNET)
                    ? new ResNet(vision.integer("image_size"), vision.integer("hidden_size"),
                            vision.integer("num_attention_heads"), vision.integers("depths"))
                    : new Patches(vision.integer("image_size"), vision.integer("patch_size"),
                            vision.integer("hidden_size"),
                            vision.integer("num_hidden_layers"), vision.integer("num_attention_heads"),
                            vision.integer("intermediate_size"),
                            vision.number("layer_norm_eps"), vision.activation("hidden_act", "quick_gelu"));
            return new ClipConfig(t, v, all.integer("projection_dim"),
                    all.number("logit_scale_init_value"));
        } catch (NullPointerException | IllegalStateException | NumberFormatException | ClassCastException e) {
            throw new EngineException(e, "models.config", "CLIP", "text_config, vision_config, projection_dim");
        }
    }

    /// Completes what a Hugging Face `config.json` leaves out: sizes from the tensors, the rest from the class's defaults, which are those of ViT-B/32.
    static JsonObject completeHuggingFace(Map<String, long[]> shapes, JsonObject given) {
        JsonObject json = given.deepCopy();
        JsonObject text = section(json, "text_config");
        JsonObject vision = section(json, "vision_config");
        long[] tokens = shapes.get("text_model.embeddings.token_embedding.weight");
        text.addProperty("vocab_size", tokens[0]);
        text.addProperty("hidden_size", tokens[1]);
        text.addProperty("max_position_embeddings", shapes.get("text_model.embeddings.position_embedding.weight")[0]);
        text.addProperty("num_hidden_layers", ModelConfig.count(shapes, "text_model.encoder.layers."));
        text.addProperty("intermediate_size", shapes.get("text_model.encoder.layers.0.mlp.fc1.weight")[0]);
        long[] patch = shapes.get("vision_model.embeddings.patch_embedding.weight");
        long grid = Math.round(Math.sqrt(shapes.get("vision_model.embeddings.position_embedding.weight")[0] - 1.0));
        vision.addProperty("hidden_size", patch[0]);
        vision.addProperty("patch_size", patch[2]);
        imageSize(vision, grid, patch[2]);
        vision.addProperty("num_hidden_layers", ModelConfig.count(shapes, "vision_model.encoder.layers."));
        vision.addProperty("intermediate_size", shapes.get("vision_model.encoder.layers.0.mlp.fc1.weight")[0]);
        defaults(text, given.has("text_config") ? TEXT_HEADS : heads(tokens[1]));
        defaults(vision, given.has("vision_config") ? VISION_HEADS : heads(patch[0]));
        if (!text.has("eos_token_id") || text.get("eos_token_id").isJsonNull()) {
            text.addProperty("eos_token_id", 2);
        }
        json.addProperty("projection_dim", shapes.get("text_projection.weight")[0]);
        if (!json.has("logit_scale_init_value")) {
            json.addProperty("logit_scale_init_value", 2.6592);
        }
        return json;
    }

    /// A picture may be a little larger than its patches cover; the rest is cut off.
    private static void imageSize(JsonObject vision, long grid, long patch) {
        boolean fits = vision.has("image_size") && vision.get("image_size").isJsonPrimitive()
                && vision.get("image_size").getAsLong() / patch == grid;
        if (!fits) {
            vision.addProperty("image_size", grid * patch);
        }
    }

    /// Older files repeat a section under `..._dict`. That repetition wins, and what it leaves out is the class's default, not what the section says.
    private static JsonObject section(JsonObject json, String name) {
        JsonObject section = json.has(name) && json.get(name).isJsonObject()
                ? json.getAsJsonObject(name)
                : new JsonObject();
        if (json.has(name + "_dict") && json.get(name + "_dict").isJsonObject()) {
            List.of("num_attention_heads", "hidden_act", "layer_norm_eps", "eos_token_id", "image_size")
                    .forEach(section::remove);
            json.getAsJsonObject(name + "_dict").entrySet().forEach(e -> section.add(e.getKey(), e.getValue()));
        }
        json.add(name, section);
        return section;
    }

    private static long heads(long width) {
        return Math.max(1, width / 64);
    }

    private static void defaults(JsonObject section, long heads) {
        if (!section.has("num_attention_heads")) {
            section.addProperty("num_attention_heads", heads);
        }
        if (!section.has("hidden_act")) {
            section.addProperty("hidden_act", "quick_gelu");
        }
        if (!section.has("layer_norm_eps")) {
            section.addProperty("layer_norm_eps", EPSILON);
        }
    }

    /// The original's files have no configuration: everything follows from the shapes (openai/CLIP `clip/model.py`, `build_model`).
    static JsonObject fromOpenAi(Map<String, long[]> shapes) {
        JsonObject json = new JsonObject();
        JsonObject text = new JsonObject();
        long[] tokens = shapes.get("token_embedding.weight");
        text.addProperty("vocab_size", tokens[0]);
        text.addProperty("hidden_size", tokens[1]);
        text.addProperty("max_position_embeddings", shapes.get("positional_embedding")[0]);
        text.addProperty("num_hidden_layers", ModelConfig.count(shapes, "transformer.resblocks."));
        text.addProperty("intermediate_size", shapes.get("transformer.resblocks.0.mlp.c_fc.weight")[0]);
        text.addProperty("eos_token_id", 2);
        defaults(text, heads(tokens[1]));
        json.add("text_config", text);
        json.add("vision_config", shapes.containsKey("visual.proj") ? openAiPatches(shapes) : openAiResNet(shapes));
        json.addProperty("projection_dim", shapes.get("text_projection")[1]);
        json.addProperty("logit_scale_init_value", 2.6592);
        return json;
    }

    private static JsonObject openAiPatches(Map<String, long[]> shapes) {
        JsonObject vision = new JsonObject();
        long[] patch = shapes.get("visual.conv1.weight");
        long grid = Math.round(Math.sqrt(shapes.get("visual.positional_embedding")[0] - 1.0));
        vision.addProperty("hidden_size", patch[0]);
        vision.addProperty("patch_size", patch[2]);
        vision.addProperty("image_size", grid * patch[2]);
        vision.addProperty("num_hidden_layers", ModelConfig.count(shapes, "visual.transformer.resblocks."));
        vision.addProperty("intermediate_size", shapes.get("visual.transformer.resblocks.0.mlp.c_fc.weight")[0]);
        defaults(vision, heads(patch[0]));
        return vision;
    }

    private static JsonObject openAiResNet(Map<String, long[]> shapes) {
        JsonObject vision = new JsonObject();
        vision.addProperty("model_type", RESNET);
        long width = shapes.get("visual.layer1.0.conv1.weight")[0];
        vision.addProperty("hidden_size", width);
        JsonArray depths = new JsonArray();
        for (int stage = 1; stage <= 4; stage++) {
            depths.add(ModelConfig.count(shapes, "visual.layer" + stage + "."));
        }
        vision.add("depths", depths);
        long grid = Math.round(Math.sqrt(shapes.get("visual.attnpool.positional_embedding")[0] - 1.0));
        vision.addProperty("image_size", grid * 32);
        vision.addProperty("num_attention_heads", width * 32 / 64);
        return vision;
    }
}
