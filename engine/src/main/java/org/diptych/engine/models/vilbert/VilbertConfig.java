package org.diptych.engine.models.vilbert;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;

/// The facts of one ViLBERT, as its `config/bert_base_6layer_6conect.json` says them.
///
/// @param text       the stream of words
/// @param image      the stream of regions
/// @param bridge     width of co-attention and of the pooled vectors
/// @param bridgeHeads heads of the co-attention
/// @param textAt     text layer before which each co-attention stands
/// @param imageAt    image layer before which each co-attention stands
/// @param feature    width of a detector feature
/// @param classes    of the detector
/// @param product    true when pooled vectors are multiplied, false when they are added
/// @param tasks      rows of the table of task tokens, 0 without it
/// @param heads      which heads the file has
record VilbertConfig(int vocabulary, int positions, int types, Stream text, Stream image, int bridge, int bridgeHeads,
        List<Integer> textAt, List<Integer> imageAt, int feature, int classes, boolean product, int tasks,
        Heads heads) {
    static final double EPSILON = 1e-12;

    /// One stream's transformer.
    record Stream(int width, int layers, int heads, int mlp, Activations activation, double dropout) {
    }

    /// Sizes of the heads, 0 where the file has none.
    ///
    /// @param weightNormed true for the older repository's question head
    record Heads(boolean words, boolean regions, boolean match, int answers, boolean weightNormed, int gqa, int pair,
            boolean score, int three, boolean regionScore, boolean wordScore) {
    }

    static VilbertConfig of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("ViLBERT", json);
        Stream text = new Stream(c.integer("hidden_size"), c.integer("num_hidden_layers"),
                c.integer("num_attention_heads"), c.integer("intermediate_size"), c.activation("hidden_act", "gelu"),
                c.number("hidden_dropout_prob", 0.1));
        Stream image = new Stream(c.integer("v_hidden_size"), c.integer("v_num_hidden_layers"),
                c.integer("v_num_attention_heads"), c.integer("v_intermediate_size"),
                c.activation("v_hidden_act", "gelu"), c.number("v_hidden_dropout_prob", 0.1));
        Heads heads = new Heads(c.flag("has_predictions", false), c.flag("has_image_predictions", false),
                c.flag("has_bi_seq_relationship", false), c.integer("vil_answers", 0),
                c.flag("vil_weight_normed", false), c.integer("vil_gqa_answers", 0), c.integer("vil_binary", 0),
                c.flag("has_vil_logit", false), c.integer("vil_tri", 0), c.flag("has_vision_logit", false),
                c.flag("has_linguisic_logit", false));
        return new VilbertConfig(c.integer("vocab_size"), c.integer("max_position_embeddings"),
                c.integer("type_vocab_size"), text, image, c.integer("bi_hidden_size"),
                c.integer("bi_num_attention_heads"), c.integers("t_biattention_id"), c.integers("v_biattention_id"),
                c.integer("v_feature_size"), c.integer("v_target_size", 0),
                !c.text("fusion_method", "mul").equals("sum"), c.integer("task_tokens", 0), heads);
    }

    /// Sizes as the tensors have them, the rest as the file says or as the published base model has it.
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given) {
        JsonObject json = given.deepCopy();
        long[] words = shapes.get("bert.embeddings.word_embeddings.weight");
        json.addProperty("vocab_size", words[0]);
        json.addProperty("hidden_size", words[1]);
        json.addProperty("max_position_embeddings", shapes.get("bert.embeddings.position_embeddings.weight")[0]);
        json.addProperty("type_vocab_size", shapes.get("bert.embeddings.token_type_embeddings.weight")[0]);
        json.addProperty("num_hidden_layers", ModelConfig.count(shapes, "bert.encoder.layer."));
        json.addProperty("intermediate_size", shapes.get("bert.encoder.layer.0.intermediate.dense.weight")[0]);
        long[] region = shapes.get("bert.v_embeddings.image_embeddings.weight");
        json.addProperty("v_hidden_size", region[0]);
        json.addProperty("v_feature_size", region[1]);
        json.addProperty("v_num_hidden_layers", ModelConfig.count(shapes, "bert.encoder.v_layer."));
        json.addProperty("v_intermediate_size", shapes.get("bert.encoder.v_layer.0.intermediate.dense.weight")[0]);
        json.addProperty("bi_hidden_size", shapes.get("bert.t_pooler.dense.weight")[0]);
        usual(json, "num_attention_heads", words[1] / 64);
        usual(json, "v_num_attention_heads", region[0] / 128);
        usual(json, "bi_num_attention_heads", json.get("bi_hidden_size").getAsLong() / 128);
        int bridges = ModelConfig.count(shapes, "bert.encoder.c_layer.");
        places(json, "t_biattention_id", bridges, json.get("num_hidden_layers").getAsInt() - bridges);
        places(json, "v_biattention_id", bridges, 0);
        json.addProperty("task_tokens", rows(shapes, "bert.embeddings.task_embeddings.weight"));
        json.addProperty("has_predictions", shapes.containsKey("cls.predictions.transform.dense.weight"));
        json.addProperty("has_image_predictions", shapes.containsKey("cls.imagePredictions.decoder.weight"));
        if (shapes.containsKey("cls.imagePredictions.decoder.weight")) {
            json.addProperty("v_target_size", rows(shapes, "cls.imagePredictions.decoder.weight"));
        }
        json.addProperty("has_bi_seq_relationship", shapes.containsKey("cls.bi_seq_relationship.weight"));
        boolean normed = shapes.containsKey("vil_prediction.main.3.weight_v");
        json.addProperty("vil_weight_normed", normed);
        json.addProperty("vil_answers",
                rows(shapes, normed ? "vil_prediction.main.3.weight_v" : "vil_prediction.logit_fc.3.weight"));
        json.addProperty("vil_gqa_answers", rows(shapes, "vil_prediction_gqa.logit_fc.3.weight"));
        json.addProperty("vil_binary", rows(shapes, "vil_binary_prediction.logit_fc.3.weight"));
        json.addProperty("vil_tri", rows(shapes, "vil_tri_prediction.weight"));
        json.addProperty("has_vil_logit", shapes.containsKey("vil_logit.weight"));
        json.addProperty("has_vision_logit", shapes.containsKey("vision_logit.weight"));
        json.addProperty("has_linguisic_logit", shapes.containsKey("linguisic_logit.weight"));
        return json;
    }

    private static long rows(Map<String, long[]> shapes, String name) {
        return shapes.containsKey(name) ? shapes.get(name)[0] : 0;
    }

    private static void usual(JsonObject json, String key, long value) {
        if (!json.has(key)) {
            json.addProperty(key, Math.max(1, value));
        }
    }

    private static void places(JsonObject json, String key, int count, int first) {
        if (!json.has(key)) {
            JsonArray all = new JsonArray();
            for (int i = 0; i < count; i++) {
                all.add(first + i);
            }
            json.add(key, all);
        }
    }
}
