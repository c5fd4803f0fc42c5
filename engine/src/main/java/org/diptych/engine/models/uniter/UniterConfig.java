package org.diptych.engine.models.uniter;

import com.google.gson.JsonObject;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;

/// The facts of one UNITER, under the names of its own `config/uniter-base.json`.
///
/// @param types    rows of the segment table: text, picture, and more for pairs of pictures
/// @param feature  width of a detector feature
/// @param classes  of the detector, background first, 0 without a head for them
/// @param answers  of the question head, 0 without one
/// @param sample   examples of one ranking: a true pair and what is wrong
/// @param margin   by which the true pair has to win
record UniterConfig(int vocabulary, int positions, int types, int width, int layers, int heads, int mlp,
        Activations activation, double dropout, int feature, int classes, int answers, int sample, double margin,
        boolean fills, boolean regresses, boolean matches, boolean ranks, Pair pair) {
    static final double EPSILON = 1e-12;
    private static final String PAIR = "nlvr2_kind";

    /// How two pictures are compared with one sentence.
    enum Pair {
        NONE, POOLED, ATTENTION
    }

    static UniterConfig of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("UNITER", json);
        return new UniterConfig(c.integer("vocab_size"), c.integer("max_position_embeddings"),
                c.integer("type_vocab_size"), c.integer("hidden_size"), c.integer("num_hidden_layers"),
                c.integer("num_attention_heads"), c.integer("intermediate_size"), c.activation("hidden_act", "gelu"),
                c.number("hidden_dropout_prob", 0.1), c.integer("img_dim"), c.integer("region_classes", 0),
                c.integer("num_answer_in_file", 0), c.integer("sample_size", 0), c.number("margin", 0.2),
                c.flag("has_cls", false), c.flag("has_feat_regress", false), c.flag("has_itm_output", false),
                c.flag("has_rank_output", false), Pair.valueOf(c.text(PAIR, Pair.NONE.name())));
    }

    /// Sizes as the tensors have them, the rest as the file says.
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given) {
        JsonObject json = given.deepCopy();
        long[] words = shapes.get("uniter.embeddings.word_embeddings.weight");
        json.addProperty("vocab_size", words[0]);
        json.addProperty("hidden_size", words[1]);
        json.addProperty("max_position_embeddings", shapes.get("uniter.embeddings.position_embeddings.weight")[0]);
        json.addProperty("type_vocab_size", shapes.get("uniter.embeddings.token_type_embeddings.weight")[0]);
        json.addProperty("num_hidden_layers", ModelConfig.count(shapes, "uniter.encoder.layer."));
        json.addProperty("intermediate_size", shapes.get("uniter.encoder.layer.0.intermediate.dense.weight")[0]);
        json.addProperty("img_dim", shapes.get("uniter.img_embeddings.img_linear.weight")[1]);
        if (!json.has("num_attention_heads")) {
            json.addProperty("num_attention_heads", Math.max(1, words[1] / 64));
        }
        json.addProperty("has_cls", shapes.containsKey("cls.predictions.transform.dense.weight"));
        json.addProperty("has_feat_regress", shapes.containsKey("feat_regress.net.0.weight"));
        json.addProperty("has_itm_output", shapes.containsKey("itm_output.weight"));
        json.addProperty("has_rank_output", shapes.containsKey("rank_output.weight"));
        count(json, "region_classes", shapes, "region_classifier.net.3.weight");
        count(json, "num_answer_in_file", shapes, "vqa_output.3.weight");
        if (shapes.containsKey("nlvr2_output.weight")) {
            json.addProperty(PAIR,
                    (shapes.containsKey("attn1.in_proj_weight") ? Pair.ATTENTION : Pair.POOLED).name());
        }
        return json;
    }

    private static void count(JsonObject json, String key, Map<String, long[]> shapes, String name) {
        if (shapes.containsKey(name)) {
            json.addProperty(key, shapes.get(name)[0]);
        }
    }
}
