package org.diptych.engine.train;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;

/// The committed plans with everything in them made small, so that each runs in a second or two.
public final class TinyPlans {
    /// A language model of FlanT5's kind, for `config.text_config` of BLIP-2.
    public static final String T5 = """
            {"model_type": "t5", "d_model": 24, "d_kv": 6, "d_ff": 14, "num_layers": 2, "num_decoder_layers": 2, \
            "num_heads": 4, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false, "dropout_rate": 0}""";
    private static final Map<String, Integer> SIZES = Map.ofEntries(Map.entry("hidden_size", 32),
            Map.entry("v_hidden_size", 32), Map.entry("bi_hidden_size", 32), Map.entry("intermediate_size", 48),
            Map.entry("v_intermediate_size", 48), Map.entry("embed_dim", 32), Map.entry("mlp", 48),
            Map.entry("num_attention_heads", 2), Map.entry("v_num_attention_heads", 2),
            Map.entry("bi_num_attention_heads", 2), Map.entry("num_heads", 2), Map.entry("depth", 1),
            Map.entry("image_text_hidden_size", 16), Map.entry("queue_size", 24),
            Map.entry("embed_dim_in_file", 16), Map.entry("queue_in_file", 24), Map.entry("image_size", 32),
            Map.entry("image_res", 32),
            Map.entry("vlffn_start_layer_index", 0), Map.entry("encoder_embed_dim", 32),
            Map.entry("encoder_attention_heads", 2), Map.entry("encoder_ffn_embed_dim", 48), Map.entry("img_size", 32));

    private TinyPlans() {
    }

    static String json(String name) throws IOException {
        try (InputStream in = TinyPlans.class.getResourceAsStream("/org/diptych/plans/" + name + ".json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    static FineTunePlan committed(String name) throws IOException, EngineException {
        return PlanFile.parse(json(name), name);
    }

    /// @param replaced pairs of JSON pointers such as `data.language` and JSON values
    public static FineTunePlan of(String name, String... replaced) throws IOException, EngineException {
        JsonObject plan = JsonParser.parseString(json(name)).getAsJsonObject();
        shrink(plan.getAsJsonObject("config"));
        plan.remove("stages");
        plan.remove("startFrom"); // what it would take is of another size
        plan.remove("precision"); // in 32 bits, unless a test asks for others
        for (String set : new String[]{"steps:20", "batch:8", "evaluateEvery:10", "checkpointEvery:7",
                "data.train:64", "data.validation:16", "data.pictureSize:32", "schedule.warmup:2",
                "optimizer.rate:0.003", "optimizer.weightDecay:0"}) {
            put(plan, set.split(":")[0], set.split(":")[1]);
        }
        if (plan.has("lessons")) { // in so few steps not every objective would be drawn
            plan.getAsJsonObject("lessons").remove("tasks");
        }
        for (int i = 0; i < replaced.length; i += 2) {
            put(plan, replaced[i], replaced[i + 1]);
        }
        thin(plan);
        return PlanFile.parse(plan.toString(), name);
    }

    /// Parts of the layers that went go too.
    private static void thin(JsonElement plan) {
        if (plan instanceof JsonArray list) {
            list.forEach(TinyPlans::thin);
        } else if (plan instanceof JsonObject object) {
            object.asMap().forEach((key, value) -> {
                if (key.equals("parts") && value instanceof JsonArray parts) {
                    parts.asList().removeIf(p -> p.getAsString().matches(".*\\.blocks\\.[1-9].*"));
                } else {
                    thin(value);
                }
            });
        }
    }

    private static void put(JsonObject plan, String path, String value) {
        JsonObject at = plan;
        String[] parts = path.split("\\.");
        for (int i = 0; i < parts.length - 1; i++) {
            if (!at.has(parts[i])) {
                at.add(parts[i], new JsonObject());
            }
            at = at.getAsJsonObject(parts[i]);
        }
        if (value.isEmpty()) {
            at.remove(parts[parts.length - 1]);
        } else {
            at.add(parts[parts.length - 1],
                    value.matches("[A-Z]+") ? new JsonPrimitive(value) : JsonParser.parseString(value));
        }
    }

    private static void shrink(JsonObject config) {
        for (Map.Entry<String, JsonElement> entry : config.entrySet()) {
            if (entry.getValue() instanceof JsonObject inner) {
                shrink(inner);
            } else if (SIZES.containsKey(entry.getKey())) {
                entry.setValue(new JsonPrimitive(SIZES.get(entry.getKey())));
            } else if (entry.getKey().endsWith("layers") || entry.getKey().equals("fusion_layer")) {
                entry.setValue(new JsonPrimitive(entry.getKey().equals("num_hidden_layers") ? 2 : 1));
            } else if (entry.getKey().endsWith("biattention_id")) {
                JsonArray first = new JsonArray();
                first.add(1);
                entry.setValue(first);
            }
        }
    }
}
