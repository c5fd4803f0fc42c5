package org.diptych.engine.models.beit3;

import com.google.gson.JsonObject;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;

/// The facts of one BEiT-3, under the names of its own code's arguments.
///
/// @param positions    rows of the text's position table, the two unused ones included
/// @param preNorm      norms before attention and feed-forward part, or behind
/// @param subNorm      further norms inside: before the output projection, and before the second feed-forward layer (Magneto)
/// @param lastNorm     true with a norm behind the last layer
/// @param inputNorm    true with a norm behind the embeddings
/// @param scaled       true when embeddings are multiplied by the root of the width
/// @param image        side of the picture in pixels
/// @param rates        what is left out while training
/// @param mask         id of the token that stands for a hidden word
record Beit3Config(int vocabulary, int positions, int width, int layers, int heads, int mlp, double epsilon,
        Activations activation, boolean preNorm, boolean subNorm, boolean lastNorm, boolean inputNorm, boolean scaled,
        int image, int patch, Rates rates, int mask, Heads parts) {
    /// Position tables are read from here on, a habit of fairseq.
    static final int FIRST_POSITION = 2;
    private static final String HEADS = "heads";
    private static final int HEAD_WIDTH = 64;
    /// Rows of the released word table, whose last eight no word has, and the mask among them.
    private static final int RELEASED_WORDS = 64010;
    private static final int RELEASED_MASK = 64001;

    /// @param added      of what each part adds
    /// @param attention  of attention weights
    /// @param activation inside the feed-forward part
    /// @param path       stochastic depth of the last layer
    record Rates(double added, double attention, double activation, double path) {
        boolean any() {
            return added > 0 || attention > 0 || activation > 0 || path > 0;
        }
    }

    /// What stands on the transformer.
    ///
    /// @param words    one logit a word: hidden words are told, and captions written
    /// @param codes    visual codes of hidden patches, 0 without
    /// @param contrast projections of picture and text into one space
    /// @param answers  closed answers to questions, 0 without
    /// @param pair     a classifier over two pictures
    /// @param classes  of the picture alone, 0 without
    record Heads(boolean words, int codes, boolean contrast, int answers, boolean pair, int classes) {
    }

    int grid() {
        return image / patch;
    }

    /// @return rows of a picture in the sequence
    int pictureLength() {
        return 1 + grid() * grid();
    }

    static Beit3Config of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("BEiT-3", json);
        ModelConfig heads = c.section(HEADS);
        int vocabulary = c.integer("vocab_size");
        boolean preNorm = c.flag("encoder_normalize_before", true);
        return new Beit3Config(vocabulary, c.integer("max_source_positions", 1024), c.integer("encoder_embed_dim"),
                c.integer("encoder_layers"), c.integer("encoder_attention_heads"), c.integer("encoder_ffn_embed_dim"),
                c.number("layernorm_eps", 1e-5), c.activation("activation_fn", "gelu"), preNorm,
                c.flag("subln", true), preNorm && c.flag("normalize_output", true),
                c.flag("layernorm_embedding", false), !c.flag("no_scale_embedding", true), c.integer("img_size"),
                c.integer("patch_size"),
                new Rates(c.number("dropout", 0), c.number("attention_dropout", 0), c.number("activation_dropout", 0),
                        c.number("drop_path_rate", 0)),
                c.integer("mask_token_id", vocabulary == RELEASED_WORDS ? RELEASED_MASK : vocabulary - 1),
                new Heads(heads.flag("words", false), heads.integer("codes", 0), heads.flag("contrast", false),
                        heads.integer("answers", 0), heads.flag("pair", false), heads.integer("classes", 0)));
    }

    /// Sizes as the tensors have them, the rest as the file says or as the released models have it.
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given) {
        JsonObject json = given.deepCopy();
        String encoder = "beit3.encoder.";
        long[] words = shapes.get("beit3.text_embed.weight");
        long[] patch = shapes.get("beit3.vision_embed.proj.weight");
        long patches = shapes.get(encoder + "embed_positions.A.weight")[0] - FIRST_POSITION - 1;
        json.addProperty("vocab_size", words[0]);
        json.addProperty("encoder_embed_dim", words[1]);
        json.addProperty("max_source_positions", shapes.get(encoder + "embed_positions.B.weight")[0]);
        json.addProperty("encoder_layers", ModelConfig.count(shapes, encoder + "layers."));
        json.addProperty("encoder_ffn_embed_dim", shapes.get(encoder + "layers.0.ffn.A.fc1.weight")[0]);
        json.addProperty("patch_size", patch[2]);
        json.addProperty("img_size", patch[2] * Math.round(Math.sqrt(patches)));
        json.addProperty("subln", shapes.containsKey(encoder + "layers.0.self_attn.inner_attn_ln.A.weight"));
        json.addProperty("normalize_output", shapes.containsKey(encoder + "layer_norm.A.weight"));
        json.addProperty("layernorm_embedding", shapes.containsKey(encoder + "layernorm_embedding.A.weight"));
        if (!json.has("encoder_attention_heads")) {
            json.addProperty("encoder_attention_heads", Math.max(1, words[1] / HEAD_WIDTH));
        }
        JsonObject heads = new JsonObject();
        heads.addProperty("words", shapes.containsKey("mlm_head.weight"));
        heads.addProperty("codes", rows(shapes, "mim_head.weight"));
        heads.addProperty("contrast", shapes.containsKey("vision_head.weight"));
        heads.addProperty("answers", rows(shapes, "head.3.weight"));
        heads.addProperty("pair", shapes.containsKey("head.dense2.weight"));
        heads.addProperty("classes", rows(shapes, "head.weight"));
        json.add(HEADS, heads);
        return json;
    }

    private static long rows(Map<String, long[]> shapes, String name) {
        return shapes.containsKey(name) ? shapes.get(name)[0] : 0;
    }
}
