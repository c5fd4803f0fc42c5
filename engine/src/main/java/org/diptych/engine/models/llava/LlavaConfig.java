package org.diptych.engine.models.llava;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.nn.Rotary;
import org.diptych.engine.tower.ClipTower;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.LlamaFacts;

/// The facts of one LLaVA, as Hugging Face's `config.json` says them; the original's is brought to the same form.
///
/// @param taken      layers of the picture tower that features go through: all but one in the published models
/// @param whole      true when the class row stays among the features
/// @param projector  what stands between the towers
/// @param ids        that have a meaning of their own
/// @param positions  that the language model has
/// @param context    positions that a training sample is cut to
/// @param leftPadded true when the original's code puts padding before a text
record LlavaConfig(ClipTower.Facts vision, LlamaFacts language, int taken, boolean whole, Projector projector, Ids ids,
        int positions, int context, boolean leftPadded) {
    static final String MODEL = "LLaVA";
    /// The id of an image in the original's code; it stands in no table.
    static final long ORIGINAL_IMAGE = -200;

    /// @param layers 1 for W alone, n for n linear layers with an activation between them
    record Projector(int layers, boolean biased, Activations activation) {
    }

    /// @param image  place holder of a picture, `-200` in the original's code
    /// @param begin  of a text
    /// @param end    of an answer
    /// @param pad    fills up
    record Ids(long image, long begin, long end, long pad) {
    }

    /// @return rows of features a picture gives
    int rows() {
        return vision.grid() * vision.grid() + (whole ? 1 : 0);
    }

    static LlavaConfig of(JsonObject json) throws EngineException {
        ModelConfig all = new ModelConfig(MODEL, json);
        ModelConfig text = all.section("text_config");
        ModelConfig vision = all.section("vision_config");
        int layers = vision.integer("num_hidden_layers");
        int select = all.integer("vision_feature_layer", -2);
        int taken = select < 0 ? layers + 1 + select : select;
        if (taken < 0 || taken > layers) {
            throw new EngineException("models.config", MODEL, "vision_feature_layer: " + select);
        }
        ClipTower.Facts tower = new ClipTower.Facts(vision.integer("image_size"), vision.integer("patch_size"),
                new EncoderFacts(vision.integer("hidden_size"), layers, vision.integer("num_attention_heads"),
                        vision.integer("intermediate_size"), vision.number("layer_norm_eps", 1e-5),
                        vision.activation("hidden_act", "quick_gelu"), true, false));
        Projector projector = new Projector(all.integer("projector_layers"),
                all.flag("multimodal_projector_bias", true), all.activation("projector_hidden_act", "gelu"));
        int positions = text.integer("max_position_embeddings", 2048);
        Ids ids = new Ids(all.integer("image_token_index", (int) ORIGINAL_IMAGE), text.integer("bos_token_id", 1),
                text.integer("eos_token_id", 2), all.integer("pad_token_id", text.integer("pad_token_id", 0)));
        return new LlavaConfig(tower, language(text, all.flag("tie_words", false)), taken,
                all.text("vision_feature_select_strategy", "default").equals("full"), projector, ids, positions,
                all.integer("tokenizer_model_max_length", positions),
                all.text("tokenizer_padding_side", "right").equals("left"));
    }

    private static LlamaFacts language(ModelConfig text, boolean tied) throws EngineException {
        int width = text.integer("hidden_size");
        int heads = text.integer("num_attention_heads");
        int head = text.integer("head_dim", width / heads);
        LlamaFacts.Biases biases = new LlamaFacts.Biases(text.flag("query_bias", false), text.flag("out_bias", false),
                text.flag("mlp_bias", false));
        return new LlamaFacts(text.integer("vocab_size"), width, text.integer("num_hidden_layers"), heads,
                text.integer("num_key_value_heads", heads), text.integer("intermediate_size"),
                text.number("rms_norm_eps", 1e-6), new Rotary(head, text.number("rope_theta", 10_000), stretch(text)),
                text.activation("hidden_act", "silu"), biases, tied);
    }

    private static double stretch(ModelConfig text) throws EngineException {
        if (!text.has("rope_scaling")) {
            return 1;
        }
        ModelConfig scaling = text.section("rope_scaling");
        String type = scaling.text("rope_type", scaling.text("type", "default"));
        return switch (type) {
            case "default" -> 1;
            case "linear" -> scaling.number("factor");
            default -> throw new EngineException("models.config", MODEL, "rope_scaling: " + type);
        };
    }

    /// Where a layout keeps what sizes are read from.
    ///
    /// @param language  before `embed_tokens` and `layers`
    /// @param head      of the words' logits
    /// @param vision    before `embeddings` and `encoder`
    /// @param projector the layers' names, in order
    record Places(String language, String head, String vision, List<String> projector) {
        static final Places HUGGING_FACE = new Places("language_model.model.", "language_model.lm_head.weight",
                "vision_tower.vision_model.",
                List.of("multi_modal_projector.linear_1", "multi_modal_projector.linear_2"));
        static final Places NEWER = new Places("model.language_model.", "lm_head.weight",
                "model.vision_tower.vision_model.",
                List.of("model.multi_modal_projector.linear_1", "model.multi_modal_projector.linear_2"));
        static final Places ORIGINAL = new Places("model.", "lm_head.weight",
                "model.vision_tower.vision_tower.vision_model.", List.of());
    }

    /// Sizes as the tensors have them, the rest as the file says.
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given, Places at) {
        JsonObject json = uniform(given);
        JsonObject text = json.getAsJsonObject("text_config");
        long[] words = shapes.get(at.language() + "embed_tokens.weight");
        if (words != null) {
            language(shapes, at, text, words);
            json.addProperty("tie_words", !shapes.containsKey(at.head()));
        }
        long[] patch = shapes.get(at.vision() + "embeddings.patch_embedding.weight");
        if (patch != null) {
            vision(shapes, at.vision(), json.getAsJsonObject("vision_config"), patch);
        }
        projector(shapes, json);
        return json;
    }

    private static void language(Map<String, long[]> shapes, Places at, JsonObject text, long[] words) {
        String layer = at.language() + "layers.0.";
        text.addProperty("vocab_size", words[0]);
        text.addProperty("hidden_size", words[1]);
        text.addProperty("num_hidden_layers", ModelConfig.count(shapes, at.language() + "layers."));
        text.addProperty("intermediate_size", shapes.get(layer + "mlp.gate_proj.weight")[0]);
        long queries = shapes.get(layer + "self_attn.q_proj.weight")[0];
        long keys = shapes.get(layer + "self_attn.k_proj.weight")[0];
        if (!has(text, "num_attention_heads")) {
            text.addProperty("num_attention_heads", Math.max(1, queries / 128)); // every published size has heads of 128
        }
        long head = queries / text.get("num_attention_heads").getAsLong();
        text.addProperty("head_dim", head);
        text.addProperty("num_key_value_heads", keys / head);
        text.addProperty("query_bias", shapes.containsKey(layer + "self_attn.q_proj.bias"));
        text.addProperty("out_bias", shapes.containsKey(layer + "self_attn.o_proj.bias"));
        text.addProperty("mlp_bias", shapes.containsKey(layer + "mlp.gate_proj.bias"));
    }

    private static void vision(Map<String, long[]> shapes, String at, JsonObject vision, long[] patch) {
        long grid = Math.round(Math.sqrt(shapes.get(at + "embeddings.position_embedding.weight")[0] - 1.0));
        vision.addProperty("hidden_size", patch[0]);
        vision.addProperty("patch_size", patch[2]);
        if (!has(vision, "image_size") || vision.get("image_size").getAsLong() / patch[2] != grid) {
            vision.addProperty("image_size", grid * patch[2]);
        }
        vision.addProperty("num_hidden_layers", ModelConfig.count(shapes, at + "encoder.layers."));
        vision.addProperty("intermediate_size", shapes.get(at + "encoder.layers.0.mlp.fc1.weight")[0]);
        if (!has(vision, "num_attention_heads")) {
            vision.addProperty("num_attention_heads", Math.max(1, patch[0] / 64));
        }
    }

    /// A file without a projector is told of by what its configuration says of one.
    private static void projector(Map<String, long[]> shapes, JsonObject json) {
        List<String> weights = shapes.keySet().stream()
                .filter(n -> n.matches(".*(mm_projector|multi_modal_projector)\\..*weight")).toList();
        if (!weights.isEmpty()) {
            json.addProperty("projector_layers", weights.size());
            json.addProperty("multimodal_projector_bias",
                    shapes.containsKey(weights.getFirst().replaceFirst("weight$", "bias")));
        }
    }

    /// @return the configuration in Hugging Face's form, with its sections whether they were there or not
    private static JsonObject uniform(JsonObject given) {
        JsonObject json = given.deepCopy();
        if (has(json, "text_config") || !has(json, "hidden_size")) {
            section(json, "text_config");
            section(json, "vision_config");
            if (has(json, "image_token_id") && !has(json, "image_token_index")) {
                json.add("image_token_index", json.get("image_token_id"));
            }
            if (json.get("vision_feature_layer") instanceof JsonArray several && several.size() == 1) {
                json.add("vision_feature_layer", several.get(0));
            }
            return json;
        }
        JsonObject out = new JsonObject();
        JsonObject text = given.deepCopy();
        text.remove("clip_vision_config");
        out.add("text_config", text);
        out.add("vision_config", given.get("clip_vision_config") instanceof JsonObject clip
                ? clip.deepCopy()
                : new JsonObject());
        copy(given, "mm_vision_select_layer").ifPresent(v -> out.add("vision_feature_layer", v));
        copy(given, "mm_vision_select_feature").ifPresent(v -> out.addProperty("vision_feature_select_strategy",
                v.getAsString().equals("cls_patch") ? "full" : "default"));
        for (String key : List.of("tokenizer_model_max_length", "tokenizer_padding_side", "image_aspect_ratio")) {
            copy(given, key).ifPresent(v -> out.add(key, v));
        }
        return out;
    }

    private static Optional<JsonElement> copy(JsonObject json, String key) {
        return has(json, key) ? Optional.of(json.get(key)) : Optional.empty();
    }

    private static void section(JsonObject json, String key) {
        if (!has(json, key)) {
            json.add(key, new JsonObject());
        }
    }

    private static boolean has(JsonObject json, String key) {
        return json.has(key) && !json.get(key).isJsonNull();
    }
}
