package org.diptych.engine.models.blip2;

import com.google.gson.JsonObject;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.tower.T5Facts;

/// The facts of one BLIP-2, from Hugging Face's `config.json` (`vision_config`, `qformer_config`, `text_config`) or from LAVIS's settings (`vision`, `qformer`), with what a file's own tensors say
/// under `blip2_file`.
///
/// @param former   the Q-Former
/// @param language nothing in stage 1, or where a file of stage 2 leaves its language model to another
/// @param kind     of the language model that the projection is for
/// @param projects width of the language model that the projection reaches, 0 without it
/// @param embed    width of the space of the contrast, 0 without one
/// @param temperature that training starts from
record Blip2Config(Vision vision, Former former, Optional<Language> language, Kind kind, int projects, int embed,
        double temperature,
        Parts parts) {
    static final String FILE = "blip2_file";
    /// By this key of `text_config` a T5 is known; OPT's is `hidden_size`.
    static final String T5_WIDTH = "d_model";
    /// LAVIS puts a plain `LayerNorm` behind the picture tower, whatever the tower's own epsilon is.
    static final double LAVIS_EPSILON = 1e-5;

    /// @param epsilon     of the layers' norms
    /// @param lastEpsilon of the norm behind the tower
    record Vision(int image, int patch, int width, int layers, int heads, int mlp, double epsilon, double lastEpsilon,
            Activations activation, boolean biased) {
        int grid() {
            return image / patch;
        }
    }

    /// @param vocabulary rows of the word table, 0 where the text half was taken away
    /// @param positions  rows of the position table
    /// @param sees       width of what cross-attention looks at
    /// @param every      layers from one cross-attention to the next
    /// @param queries    how many
    /// @param start      `[DEC]`, with which what is written begins
    record Former(int vocabulary, int positions, int width, int layers, int heads, int mlp, double epsilon,
            Activations activation, double dropout, int sees, int every, int queries, long start, long pad) {
        boolean crosses(int layer) {
            return layer % every == 0;
        }
    }

    /// Whose name the language model and its projection bear in LAVIS's files, and in this model.
    enum Kind {
        OPT("opt_model", "opt_proj", QuestionForm.ANSWER), T5("t5_model", "t5_proj", QuestionForm.SHORT);

        private final String model;
        private final String projection;
        private final QuestionForm form;

        Kind(String model, String projection, QuestionForm form) {
            this.model = model;
            this.projection = projection;
            this.form = form;
        }

        String model() {
            return model;
        }

        String projection() {
            return projection;
        }

        /// @return how the paper asks it
        QuestionForm form() {
            return form;
        }
    }

    /// A language model that stage 2 speaks to.
    sealed interface Language {
        /// @return places for what it reads
        int positions();

        /// @return what a text of its own begins with
        long start();

        long end();

        long pad();
    }

    /// FlanT5 and its like (transformers `models/t5`).
    record T5(T5Facts tower, int positions, long start, long end, long pad) implements Language {
    }

    /// A language model of the OPT kind (Zhang et al. 2022; transformers `models/opt`).
    ///
    /// @param wordWidth of the word table; another than `width` is brought there by a matrix
    /// @param preNorm   false only in the model of 350 million weights
    /// @param lastNorm  true with a norm behind the layers
    record Opt(int vocabulary, int positions, int width, int wordWidth, int layers, int heads, int mlp,
            Activations activation, boolean preNorm, boolean lastNorm, double dropout, long start, long end,
            long pad) implements Language {
    }

    /// @param writes      true with stage 1's language head
    /// @param match       true with a matching head
    /// @param scaled      true when the file holds the temperature
    /// @param huggingFace true when Hugging Face's code is the reference
    record Parts(boolean writes, boolean match, boolean scaled, boolean huggingFace) {
    }

    static Blip2Config of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("BLIP-2", json);
        ModelConfig file = c.section(FILE);
        boolean huggingFace = c.has("qformer_config");
        Former former = huggingFace ? huggingFace(c, file) : lavis(c, file);
        int embed = file.integer("embed_dim", 0);
        Kind kind = file.flag("t5", false) ? Kind.T5 : Kind.OPT;
        return new Blip2Config(huggingFace ? seen(c.section("vision_config")) : eva(c.section("vision")), former,
                file.flag("language", false) ? Optional.of(language(kind, c.section("text_config"))) : Optional.empty(),
                kind,
                file.integer("projects", 0), embed, c.number("temp_init", 0.07),
                new Parts(file.flag("writes", false), file.flag("match", false), file.flag("temp", false),
                        huggingFace));
    }

    /// A model that begins from nothing: with a `text_config` stage 2, without one stage 1, whose `[DEC]` stands behind the tokenizer's vocabulary.
    ///
    /// @param given in Hugging Face's form; for stage 1 with the tokenizer's `vocab_size` and `pad_token_id` in the outermost part, for stage 2 with `vocab_size` and `eos_token_id` in `text_config`
    static JsonObject fresh(JsonObject given) throws EngineException {
        JsonObject json = given.deepCopy();
        ModelConfig c = new ModelConfig("BLIP-2", json);
        JsonObject q = c.section("qformer_config").json();
        q.addProperty("encoder_hidden_size", c.section("vision_config").integer("hidden_size"));
        JsonObject file = new JsonObject();
        json.add(FILE, file);
        if (json.has("text_config")) {
            file.addProperty("language", true);
            ModelConfig t = c.section("text_config");
            file.addProperty("t5", t.has(T5_WIDTH));
            file.addProperty("projects", t.integer(t.has(T5_WIDTH) ? T5_WIDTH : "hidden_size"));
            if (!t.has("bos_token_id")) { // Toybox's tokenizer ends with what begins and what ends a text
                t.json().addProperty("bos_token_id", t.integer("eos_token_id") - 1);
            }
            return json;
        }
        int words = c.integer("vocab_size");
        q.addProperty("vocab_size", words + 1);
        q.addProperty("bos_token_id", words);
        q.addProperty("pad_token_id", c.integer("pad_token_id", 0));
        for (String part : new String[]{"words", "writes", "match", "temp"}) {
            file.addProperty(part, true);
        }
        file.addProperty("embed_dim", c.integer("image_text_hidden_size", 256));
        return json;
    }

    private static Vision seen(ModelConfig v) throws EngineException {
        double epsilon = v.number("layer_norm_eps", 1e-6);
        return new Vision(v.integer("image_size"), v.integer("patch_size"), v.integer("hidden_size"),
                v.integer("num_hidden_layers"), v.integer("num_attention_heads"), v.integer("intermediate_size"),
                epsilon, epsilon, v.activation("hidden_act", "gelu"), v.flag("qkv_bias", true));
    }

    private static Vision eva(ModelConfig v) throws EngineException {
        int width = v.integer("embed_dim");
        int mlp = v.has("mlp") ? v.integer("mlp") : (int) (width * v.number("mlp_ratio"));
        return new Vision(v.integer("img_size"), v.integer("patch_size"), width, v.integer("depth"),
                v.integer("num_heads"), mlp, v.number("layer_norm_eps", 1e-6),
                v.number("ln_vision_eps", LAVIS_EPSILON), Activations.GELU, v.flag("qkv_bias", true));
    }

    private static Former huggingFace(ModelConfig c, ModelConfig file) throws EngineException {
        ModelConfig q = c.section("qformer_config");
        return former(q, file, q.integer("encoder_hidden_size"), q.integer("cross_attention_frequency", 2),
                c.integer("num_query_tokens"), q.integer("bos_token_id", q.integer("vocab_size", 30522)));
    }

    private static Former lavis(ModelConfig c, ModelConfig file) throws EngineException {
        ModelConfig q = c.section("qformer");
        return former(q, file, q.integer("encoder_width"), q.integer("cross_attention_freq", 2),
                c.integer("num_query_token"), c.integer("bos_token_id", q.integer("vocab_size") - 1));
    }

    private static Former former(ModelConfig q, ModelConfig file, int sees, int every, int queries, int start)
            throws EngineException {
        return new Former(file.flag("words", false) ? q.integer("vocab_size") : 0,
                q.integer("max_position_embeddings", 512), q.integer("hidden_size"), q.integer("num_hidden_layers"),
                q.integer("num_attention_heads"), q.integer("intermediate_size"), q.number("layer_norm_eps", 1e-12),
                q.activation("hidden_act", "gelu"), q.number("hidden_dropout_prob", 0.1), sees, every, queries, start,
                q.integer("pad_token_id", 0));
    }

    private static Language language(Kind kind, ModelConfig t) throws EngineException {
        return kind == Kind.T5 ? t5(t) : opt(t);
    }

    /// The usual values are FlanT5's.
    private static T5 t5(ModelConfig t) throws EngineException {
        String mlp = t.text("feed_forward_proj", "gated-gelu");
        boolean gated = mlp.startsWith("gated-");
        String usual = mlp.equals("gated-gelu") ? "gelu_new" : gated ? mlp.substring("gated-".length()) : mlp;
        int layers = t.integer("num_layers");
        T5Facts tower = new T5Facts(t.integer("vocab_size"), t.integer(T5_WIDTH), layers,
                t.integer("num_decoder_layers", layers), t.integer("num_heads"), t.integer("d_kv"), t.integer("d_ff"),
                t.number("layer_norm_epsilon", 1e-6), t.activation("dense_act_fn", usual), gated,
                t.integer("relative_attention_num_buckets", 32), t.integer("relative_attention_max_distance", 128),
                t.flag("tie_word_embeddings", false), t.number("dropout_rate", 0.1));
        int pad = t.integer("pad_token_id", 0);
        return new T5(tower, t.integer("n_positions", 512), t.integer("decoder_start_token_id", pad),
                t.integer("eos_token_id", 1), pad);
    }

    private static Opt opt(ModelConfig t) throws EngineException {
        int width = t.integer("hidden_size");
        boolean before = t.flag("do_layer_norm_before", true);
        for (String usual : new String[]{"enable_bias", "layer_norm_elementwise_affine"}) {
            if (!t.flag(usual, true)) {
                throw new EngineException("models.config", "BLIP-2", "text_config." + usual);
            }
        }
        return new Opt(t.integer("vocab_size"), t.integer("max_position_embeddings"), width,
                t.integer("word_embed_proj_dim", width), t.integer("num_hidden_layers"),
                t.integer("num_attention_heads"), t.integer("ffn_dim"), t.activation("activation_function", "relu"),
                before, before && !t.flag("_remove_final_layer_norm", false), t.number("dropout", 0.1),
                t.integer("bos_token_id", 2), t.integer("eos_token_id", 2), t.integer("pad_token_id", 1));
    }
}
