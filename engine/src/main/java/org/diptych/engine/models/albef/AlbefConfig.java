package org.diptych.engine.models.albef;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;

/// The facts of one ALBEF, in the sections of its own `configs`: `albef_config`, `bert_config`, `vision`.
///
/// @param fusion   first text layer with cross-attention
/// @param decoder  layers of the answer decoder, 0 without one
/// @param decoderFusion first of them with cross-attention
/// @param embed    width of the space of the contrast
/// @param queue    momentum features kept
/// @param momentum share of itself that the following copy keeps at a step
/// @param distils  true when the copy's answers are targets too
/// @param best     answers that are ranked by their whole likelihood
/// @param parts    what the file holds beside the two encoders
record AlbefConfig(Vision vision, int vocabulary, int positions, int types, int width, int layers, int heads, int mlp,
        double epsilon, Activations activation, double dropout, int fusion, int decoder, int decoderFusion, int embed,
        int queue, double momentum, boolean distils, int best, int pad, Parts parts) {
    /// The picture's transformer.
    record Vision(int image, int patch, int width, int layers, int heads, int mlp, double epsilon) {
    }

    /// @param follows true when the file holds the following copy
    /// @param words   true with a language head
    /// @param match   true with a matching head
    /// @param contrast true with the projections into the shared space
    /// @param classes of the classifier, 0 without one
    /// @param pair    true when the classifier reads two pictures
    record Parts(boolean follows, boolean words, boolean match, boolean contrast, int classes, boolean pair) {
    }

    static AlbefConfig of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("ALBEF", json);
        ModelConfig own = c.section("albef_config");
        ModelConfig bert = c.section("bert_config");
        ModelConfig v = c.section("vision");
        Vision vision = new Vision(v.integer("image_res"), v.integer("patch_size"), v.integer("embed_dim"),
                v.integer("depth"), v.integer("num_heads"), v.integer("mlp"), v.number("layer_norm_eps", 1e-6));
        int classes = own.integer("classes_in_file", 0);
        return new AlbefConfig(vision, bert.integer("vocab_size"), bert.integer("max_position_embeddings"),
                bert.integer("type_vocab_size"), bert.integer("hidden_size"), bert.integer("num_hidden_layers"),
                bert.integer("num_attention_heads"), bert.integer("intermediate_size"),
                bert.number("layer_norm_eps", 1e-12), bert.activation("hidden_act", "gelu"),
                bert.number("hidden_dropout_prob", 0.1), bert.integer("fusion_layer"),
                own.integer("decoder_layers_in_file", 0), own.integer("decoder_fusion_in_file", 0),
                own.integer("embed_dim_in_file", 0), own.integer("queue_in_file", 0), own.number("momentum", 0.995),
                own.flag("distill", true), own.integer("k_test", 128), bert.integer("pad_token_id", 0),
                new Parts(own.flag("has_momentum", false), own.flag("has_mlm", false),
                        own.flag("has_itm_head", false), own.flag("has_vision_proj", false), classes, classes == 2));
    }

    /// Sizes as the tensors have them, the rest as the file says or as the published model has it.
    ///
    /// @param text prefix of the text encoder: `text_encoder.bert.` or `text_encoder.`
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given, String text) {
        JsonObject json = given.deepCopy();
        JsonObject own = section(json, "albef_config");
        JsonObject bert = section(json, "bert_config");
        JsonObject vision = section(json, "vision");
        long[] patch = shapes.get("visual_encoder.patch_embed.proj.weight");
        long grid = Math.round(Math.sqrt(shapes.get("visual_encoder.pos_embed")[1] - 1.0));
        vision.addProperty("embed_dim", patch[0]);
        vision.addProperty("patch_size", patch[2]);
        vision.addProperty("image_res", grid * patch[2]);
        vision.addProperty("depth", ModelConfig.count(shapes, "visual_encoder.blocks."));
        vision.addProperty("mlp", shapes.get("visual_encoder.blocks.0.mlp.fc1.weight")[0]);
        usual(vision, "num_heads", patch[0] / 64);
        long[] words = shapes.get(text + "embeddings.word_embeddings.weight");
        bert.addProperty("vocab_size", words[0]);
        bert.addProperty("hidden_size", words[1]);
        bert.addProperty("max_position_embeddings", shapes.get(text + "embeddings.position_embeddings.weight")[0]);
        bert.addProperty("type_vocab_size", shapes.get(text + "embeddings.token_type_embeddings.weight")[0]);
        int layers = ModelConfig.count(shapes, text + "encoder.layer.");
        bert.addProperty("num_hidden_layers", layers);
        bert.addProperty("intermediate_size", shapes.get(text + "encoder.layer.0.intermediate.dense.weight")[0]);
        usual(bert, "num_attention_heads", words[1] / 64);
        bert.addProperty("fusion_layer", firstCross(shapes.keySet(), text, layers));
        String decoder = "text_decoder.bert.";
        int decoders = ModelConfig.count(shapes, decoder + "encoder.layer.");
        own.addProperty("decoder_layers_in_file", decoders);
        own.addProperty("decoder_fusion_in_file", firstCross(shapes.keySet(), decoder, decoders));
        own.addProperty("embed_dim_in_file", rows(shapes, "vision_proj.weight"));
        own.addProperty("queue_in_file", shapes.containsKey("image_queue") ? shapes.get("image_queue")[1] : 0);
        own.addProperty("has_momentum", shapes.containsKey("visual_encoder_m.cls_token"));
        own.addProperty("has_mlm", shapes.containsKey("text_encoder.cls.predictions.transform.dense.weight"));
        own.addProperty("has_itm_head", shapes.containsKey("itm_head.weight"));
        own.addProperty("has_vision_proj", shapes.containsKey("vision_proj.weight"));
        own.addProperty("classes_in_file", rows(shapes, "cls_head.2.weight"));
        return json;
    }

    private static JsonObject section(JsonObject json, String name) {
        JsonObject section = json.has(name) && json.get(name).isJsonObject()
                ? json.getAsJsonObject(name)
                : new JsonObject();
        json.add(name, section);
        return section;
    }

    private static void usual(JsonObject json, String key, long value) {
        if (!json.has(key)) {
            json.addProperty(key, Math.max(1, value));
        }
    }

    private static long rows(Map<String, long[]> shapes, String name) {
        return shapes.containsKey(name) ? shapes.get(name)[0] : 0;
    }

    private static int firstCross(Set<String> names, String prefix, int layers) {
        for (int i = 0; i < layers; i++) {
            if (names.contains(prefix + "encoder.layer." + i + ".crossattention.self.query.weight")) {
                return i;
            }
        }
        return layers;
    }
}
