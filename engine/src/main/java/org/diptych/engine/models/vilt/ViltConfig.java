package org.diptych.engine.models.vilt;

import com.google.gson.JsonObject;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;

/// The facts of one ViLT, as Hugging Face's `config.json` says them.
///
/// @param epsilon      of the norms of text embedding and language head
/// @param blockEpsilon of the norms of the transformer: the weights were trained with 1e-6, Hugging Face's code runs them with `layer_norm_eps`
/// @param most         patches a picture is cut down to, below 0 for no limit
/// @param modalities   rows of the modality table: text, picture, second picture
/// @param fills        true with a language head
/// @param matches      true with an image-text matching head, which Hugging Face's files lack
/// @param ranks        true with a retrieval head
/// @param answers      classes of the classifier, 0 without one
/// @param pair         true when the classifier reads two pictures
record ViltConfig(int vocabulary, int positions, int types, int modalities, int width, int layers, int heads, int mlp,
        double epsilon, double blockEpsilon, Activations activation, double dropout, int image, int patch, int most,
        boolean fills, boolean matches, boolean ranks, int answers, boolean pair) {
    private static final String BLOCK_EPSILON = "block_layer_norm_eps";
    private static final String TEXT_EPSILON = "text_layer_norm_eps";
    private static final double TRAINED_EPSILON = 1e-6;
    private static final double USUAL_EPSILON = 1e-12;

    /// Whose code runs the weights. The original's epsilons are written into it (timm's 1e-6 in the blocks, BERT's 1e-12 around the words); Hugging Face's reads one
    /// for all from the file.
    enum Code {
        HUGGING_FACE, ORIGINAL;

        /// @return the configuration with this code's epsilons
        JsonObject in(JsonObject config) {
            JsonObject json = config.deepCopy();
            switch (this) {
                case HUGGING_FACE -> {
                    json.remove(BLOCK_EPSILON);
                    json.remove(TEXT_EPSILON);
                }
                case ORIGINAL -> {
                    json.addProperty(BLOCK_EPSILON, TRAINED_EPSILON);
                    json.addProperty(TEXT_EPSILON, USUAL_EPSILON);
                }
            }
            return json;
        }
    }

    int grid() {
        return image / patch;
    }

    static ViltConfig of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("ViLT", json);
        double epsilon = c.number("layer_norm_eps", USUAL_EPSILON);
        return new ViltConfig(c.integer("vocab_size"), c.integer("max_position_embeddings"),
                c.integer("type_vocab_size"), c.integer("modality_type_vocab_size"), c.integer("hidden_size"),
                c.integer("num_hidden_layers"), c.integer("num_attention_heads"), c.integer("intermediate_size"),
                c.number(TEXT_EPSILON, epsilon), c.number(BLOCK_EPSILON, epsilon), c.activation("hidden_act", "gelu"),
                c.number("hidden_dropout_prob", 0), c.integer("image_size"), c.integer("patch_size"),
                c.integer("max_image_length", -1), c.flag("has_mlm_score", false), c.flag("has_itm_score", false),
                c.flag("has_rank_output", false), c.integer("num_answers", 0), c.flag("reads_two_pictures", false));
    }

    /// Where a layout keeps what the sizes are read from.
    record Places(String text, String modality, String patches, String positions, String layers, String mlp,
            String classifier) {
        static final Places HUGGING_FACE = new Places("vilt.embeddings.text_embeddings.",
                "vilt.embeddings.token_type_embeddings.weight", "vilt.embeddings.patch_embeddings.projection.weight",
                "vilt.embeddings.position_embeddings", "vilt.encoder.layer.", "0.intermediate.dense.weight",
                "classifier.");
        static final Places ORIGINAL = new Places("text_embeddings.", "token_type_embeddings.weight",
                "transformer.patch_embed.proj.weight", "transformer.pos_embed", "transformer.blocks.",
                "0.mlp.fc1.weight", "(vqa|nlvr2)_classifier.");
    }

    /// Sizes as the tensors have them, the rest as the file says.
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given, Places at) {
        JsonObject json = given.deepCopy();
        long[] words = shapes.get(at.text() + "word_embeddings.weight");
        long[] patch = shapes.get(at.patches());
        long grid = Math.round(Math.sqrt(shapes.get(at.positions())[1] - 1.0));
        json.addProperty("vocab_size", words[0]);
        json.addProperty("hidden_size", words[1]);
        json.addProperty("max_position_embeddings", shapes.get(at.text() + "position_embeddings.weight")[0]);
        json.addProperty("type_vocab_size", shapes.get(at.text() + "token_type_embeddings.weight")[0]);
        json.addProperty("modality_type_vocab_size", shapes.get(at.modality())[0]);
        json.addProperty("num_hidden_layers", ModelConfig.count(shapes, at.layers()));
        json.addProperty("intermediate_size", shapes.get(at.layers() + at.mlp())[0]);
        json.addProperty("patch_size", patch[2]);
        json.addProperty("image_size", grid * patch[2]);
        if (!json.has("num_attention_heads")) {
            json.addProperty("num_attention_heads", Math.max(1, words[1] / 64));
        }
        json.addProperty("has_mlm_score", shapes.containsKey("mlm_score.transform.dense.weight"));
        json.addProperty("has_itm_score", shapes.containsKey("itm_score.fc.weight"));
        json.addProperty("has_rank_output", shapes.containsKey("rank_output.weight"));
        String classifier = at.classifier().replace(".", "\\.");
        shapes.forEach((name, shape) -> {
            if (name.matches(classifier + "3\\.weight")) {
                json.addProperty("num_answers", shape[0]);
            } else if (name.matches(classifier + "0\\.weight")) {
                json.addProperty("reads_two_pictures", shape[1] == 2 * words[1]);
            }
        });
        return json;
    }
}
