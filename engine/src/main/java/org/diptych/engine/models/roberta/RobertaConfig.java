package org.diptych.engine.models.roberta;

import com.google.gson.JsonObject;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;

/// The facts of one RoBERTa, as Hugging Face's `config.json` says them.
///
/// @param positions rows of the position table: two more than the tokens that a text may have
/// @param pad       id of the padding token, from which positions are counted
/// @param causal    true for a decoder, whose words see only what precedes them
/// @param dropout   while training
/// @param labels    classes of the classification head, 0 without one
/// @param headDrop  dropout of the classification head
/// @param problem   `problem_type`: which loss its classes take; empty where the file leaves it open
/// @param fills     true with a language head
/// @param tied      true when the language head's table is the word table
/// @param pools     true when the file holds BERT's pooler, which no RoBERTa objective trains
record RobertaConfig(int vocabulary, int positions, int types, int width, int layers, int heads, int mlp,
        double epsilon, Activations activation, boolean causal, double dropout, int pad, int labels, double headDrop,
        String problem, boolean fills, boolean tied, boolean pools) {
    private static final String LABELS = "num_labels_in_file";
    private static final String FILLS = "has_lm_head";
    private static final String POOLS = "has_pooler";
    private static final String OWN_TABLE = "has_own_decoder";
    /// Of transformers' `RobertaConfig`, which a file that leaves them out means; they are BERT's and not the published models'.
    private static final int CLASS_HEADS = 12;
    private static final double CLASS_EPSILON = 1e-12;
    /// PyTorch's, which fairseq and every published model have.
    private static final double EPSILON = 1e-5;

    static RobertaConfig of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("RoBERTa", json);
        return new RobertaConfig(c.integer("vocab_size"), c.integer("max_position_embeddings"),
                c.integer("type_vocab_size"), c.integer("hidden_size"), c.integer("num_hidden_layers"),
                c.integer("num_attention_heads"), c.integer("intermediate_size"), c.number("layer_norm_eps"),
                c.activation("hidden_act", "gelu"), c.flag("is_decoder", false), c.number("hidden_dropout_prob", 0.1),
                c.integer("pad_token_id", 1), c.integer(LABELS, 0),
                c.number("classifier_dropout", c.number("hidden_dropout_prob", 0.1)), c.text("problem_type", ""),
                c.flag(FILLS, false), tied(json), c.flag(POOLS, false));
    }

    /// @return false only for a file that says so and holds a table of its own
    static boolean tied(JsonObject json) {
        return !new ModelConfig("RoBERTa", json).flag(OWN_TABLE, false);
    }

    /// Sizes as the tensors have them, the rest as the file says or, where it is silent, as the configuration class of transformers has it.
    ///
    /// @param prefix of the encoder's names: `roberta.` or nothing
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given, String prefix) {
        JsonObject json = given.deepCopy();
        long[] words = shapes.get(prefix + "embeddings.word_embeddings.weight");
        json.addProperty("vocab_size", words[0]);
        json.addProperty("hidden_size", words[1]);
        json.addProperty("max_position_embeddings", shapes.get(prefix + "embeddings.position_embeddings.weight")[0]);
        json.addProperty("type_vocab_size", shapes.get(prefix + "embeddings.token_type_embeddings.weight")[0]);
        json.addProperty("num_hidden_layers", ModelConfig.count(shapes, prefix + "encoder.layer."));
        json.addProperty("intermediate_size", shapes.get(prefix + "encoder.layer.0.intermediate.dense.weight")[0]);
        boolean described = given.size() > 0;
        usual(json, described ? CLASS_HEADS : heads(words[1]), described ? CLASS_EPSILON : EPSILON);
        if (shapes.containsKey("classifier.out_proj.weight")) {
            json.addProperty(LABELS, shapes.get("classifier.out_proj.weight")[0]);
        }
        json.addProperty(FILLS, shapes.containsKey("lm_head.dense.weight"));
        json.addProperty(OWN_TABLE, !new ModelConfig("RoBERTa", given).flag("tie_word_embeddings", true)
                && shapes.containsKey("lm_head.decoder.weight"));
        json.addProperty(POOLS, shapes.containsKey(prefix + "pooler.dense.weight"));
        return json;
    }

    /// fairseq's archives keep the architecture's name and not its numbers; heads are 64 wide in every published size, and its norm has PyTorch's epsilon.
    static JsonObject fromFairseq(Map<String, long[]> shapes, JsonObject given, String prefix) {
        JsonObject json = given.deepCopy();
        long[] words = shapes.get(prefix + "embed_tokens.weight");
        json.addProperty("vocab_size", words[0]);
        json.addProperty("hidden_size", words[1]);
        json.addProperty("max_position_embeddings", shapes.get(prefix + "embed_positions.weight")[0]);
        json.addProperty("type_vocab_size", 0);
        json.addProperty("num_hidden_layers", ModelConfig.count(shapes, prefix + "layers."));
        json.addProperty("intermediate_size", shapes.get(prefix + "layers.0.fc1.weight")[0]);
        usual(json, heads(words[1]), EPSILON);
        shapes.forEach((name, shape) -> {
            if (name.matches("classification_heads\\..*\\.out_proj\\.weight")) {
                json.addProperty(LABELS, shape[0]);
            }
        });
        json.addProperty(FILLS, shapes.keySet().stream().anyMatch(n -> n.endsWith(".lm_head.dense.weight")));
        json.addProperty(POOLS, false);
        return json;
    }

    private static long heads(long width) {
        return Math.max(1, width / 64);
    }

    private static void usual(JsonObject json, long heads, double epsilon) {
        if (!json.has("num_attention_heads")) {
            json.addProperty("num_attention_heads", heads);
        }
        if (!json.has("layer_norm_eps")) {
            json.addProperty("layer_norm_eps", epsilon);
        }
    }
}
