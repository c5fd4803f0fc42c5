package org.diptych.engine.models.lxmert;

import com.google.gson.JsonObject;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;

/// The facts of one LXMERT, as Hugging Face's `config.json` says them.
///
/// @param language   layers of the words' stream
/// @param objects    layers of the objects' stream
/// @param crossing   layers in which they cross
/// @param feature    width of a detector feature
/// @param place      numbers that describe a box
/// @param normaliser by which the losses over all regions are multiplied, since only 15 % are masked
/// @param answers    of the question head, 0 without one
/// @param classes    of the object head, 0 without one
/// @param attributes of the object head, 0 without one
/// @param regresses  true when the object head tells features
record LxmertConfig(int vocabulary, int positions, int types, int width, int language, int objects, int crossing,
        int heads, int mlp, double epsilon, Activations activation, double dropout, int feature, int place,
        double normaliser, boolean fills, boolean matches, int answers, int classes, int attributes,
        boolean regresses) {
    private static final double USUAL_EPSILON = 1e-12;

    boolean namesObjects() {
        return classes > 0 || attributes > 0 || regresses;
    }

    static LxmertConfig of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("LXMERT", json);
        return new LxmertConfig(c.integer("vocab_size"), c.integer("max_position_embeddings"),
                c.integer("type_vocab_size"), c.integer("hidden_size"), c.integer("l_layers"), c.integer("r_layers"),
                c.integer("x_layers"), c.integer("num_attention_heads"), c.integer("intermediate_size"),
                c.number("layer_norm_eps", USUAL_EPSILON), c.activation("hidden_act", "gelu"),
                c.number("hidden_dropout_prob", 0.1), c.integer("visual_feat_dim"), c.integer("visual_pos_dim"),
                c.number("visual_loss_normalizer", 6.67), c.flag("has_cls", false),
                c.flag("has_seq_relationship", false), c.integer("answers_in_file", 0),
                c.integer("objects_in_file", 0), c.integer("attributes_in_file", 0),
                c.flag("has_feature_decoder", false));
    }

    /// Sizes as the tensors have them, the rest as the file says.
    ///
    /// @param bert   prefix of the encoder: `lxmert.`, `bert.`
    /// @param answer prefix of the question head
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given, String bert, String answer) {
        JsonObject json = given.deepCopy();
        long[] words = shapes.get(bert + "embeddings.word_embeddings.weight");
        json.addProperty("vocab_size", words[0]);
        json.addProperty("hidden_size", words[1]);
        json.addProperty("max_position_embeddings", shapes.get(bert + "embeddings.position_embeddings.weight")[0]);
        json.addProperty("type_vocab_size", shapes.get(bert + "embeddings.token_type_embeddings.weight")[0]);
        json.addProperty("l_layers", ModelConfig.count(shapes, bert + "encoder.layer."));
        json.addProperty("r_layers", ModelConfig.count(shapes, bert + "encoder.r_layers."));
        json.addProperty("x_layers", ModelConfig.count(shapes, bert + "encoder.x_layers."));
        json.addProperty("intermediate_size",
                shapes.get(bert + "encoder.x_layers.0.lang_inter.dense.weight")[0]);
        json.addProperty("visual_feat_dim", shapes.get(bert + "encoder.visn_fc.visn_fc.weight")[1]);
        json.addProperty("visual_pos_dim", shapes.get(bert + "encoder.visn_fc.box_fc.weight")[1]);
        if (!json.has("num_attention_heads")) {
            json.addProperty("num_attention_heads", Math.max(1, words[1] / 64));
        }
        json.addProperty("has_cls", shapes.containsKey("cls.predictions.transform.dense.weight"));
        json.addProperty("has_seq_relationship", shapes.containsKey("cls.seq_relationship.weight"));
        json.addProperty("has_feature_decoder", shapes.containsKey("obj_predict_head.decoder_dict.feat.weight"));
        count(json, "answers_in_file", shapes, answer + "logit_fc.3.weight");
        count(json, "objects_in_file", shapes, "obj_predict_head.decoder_dict.obj.weight");
        count(json, "attributes_in_file", shapes, "obj_predict_head.decoder_dict.attr.weight");
        return json;
    }

    private static void count(JsonObject json, String key, Map<String, long[]> shapes, String name) {
        json.addProperty(key, shapes.containsKey(name) ? shapes.get(name)[0] : 0);
    }
}
