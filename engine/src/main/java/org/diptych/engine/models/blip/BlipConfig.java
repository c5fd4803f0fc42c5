package org.diptych.engine.models.blip;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.kernel.Activations;

/// The facts of one BLIP, from Hugging Face's `config.json` (`text_config`, `vision_config`) or from the original's (`med_config`, `vision`), with what a file's own tensors say under `blip_file`.
///
/// @param embed    width of the space of the contrast, 0 without one
/// @param queue    momentum features kept
/// @param momentum share of itself that the following copy keeps at a step
/// @param best     answers that are ranked by their whole likelihood
record BlipConfig(Vision vision, Text text, Ends ends, int embed, int queue, double momentum, int best, Parts parts) {
    /// The original's visual encoder has this epsilon whatever a Hugging Face configuration says.
    static final double ORIGINAL_EPSILON = 1e-6;
    /// What the original's training code smooths its labels by.
    static final double ORIGINAL_SMOOTHING = 0.1;
    static final String FILE = "blip_file";

    /// The picture's transformer.
    record Vision(int image, int patch, int width, int layers, int heads, int mlp, double epsilon,
            Activations activation) {
        int grid() {
            return image / patch;
        }

        Vision with(double other) {
            return new Vision(image, patch, width, layers, heads, mlp, other, activation);
        }
    }

    /// @param smoothing of the labels of the language model's loss
    record Text(int vocabulary, int positions, int width, int layers, int heads, int mlp, double epsilon,
            Activations activation, double dropout, double smoothing) {
    }

    /// Ids with a meaning of their own.
    ///
    /// @param start  `[DEC]`, with which what is written begins
    /// @param encode `[ENC]`, first token of a text that looks at a picture; below 0 where the code leaves `[CLS]` there
    /// @param end    `[SEP]`
    record Ends(long start, long encode, long end, long pad) {
    }

    /// @param encoderSees width of what the reading text looks at, 0 without it
    /// @param decoderSees width of what the writing text looks at, 0 without it
    /// @param tied     true when the two share all but self-attention
    /// @param ownTable true when the language head has a matrix of its own
    /// @param follows  true when the file holds the following copy
    /// @param match    true with a matching head
    /// @param temperature true when the file holds it
    /// @param huggingFace true when Hugging Face's code is the reference
    record Parts(int encoderSees, int decoderSees, boolean tied, boolean ownTable, boolean follows, boolean match,
            boolean temperature, boolean huggingFace) {
        boolean reads() {
            return encoderSees > 0;
        }

        boolean writes() {
            return decoderSees > 0;
        }

        /// @return true when what is written answers what was read, false when it describes the picture
        boolean asks() {
            return reads() && writes() && !tied;
        }
    }

    static BlipConfig of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("BLIP", json);
        boolean huggingFace = c.has("text_config");
        ModelConfig t = c.section(huggingFace ? "text_config" : "med_config");
        ModelConfig v = c.section(huggingFace ? "vision_config" : "vision");
        ModelConfig file = c.section(FILE);
        Vision vision = huggingFace
                ? new Vision(v.integer("image_size"), v.integer("patch_size"), v.integer("hidden_size"),
                        v.integer("num_hidden_layers"), v.integer("num_attention_heads"),
                        v.integer("intermediate_size"), v.number("layer_norm_eps", 1e-5),
                        v.activation("hidden_act", "gelu"))
                : new Vision(c.integer("image_size"), c.integer("patch_size"), v.integer("embed_dim"),
                        v.integer("depth"), v.integer("num_heads"), v.integer("mlp"),
                        v.number("layer_norm_eps", ORIGINAL_EPSILON), Activations.GELU);
        Text text = new Text(t.integer("vocab_size"), t.integer("max_position_embeddings"), t.integer("hidden_size"),
                t.integer("num_hidden_layers"), t.integer("num_attention_heads"), t.integer("intermediate_size"),
                t.number("layer_norm_eps", 1e-12), t.activation("hidden_act", "gelu"),
                t.number("hidden_dropout_prob", huggingFace ? 0 : 0.1),
                huggingFace ? t.number("label_smoothing", 0) : ORIGINAL_SMOOTHING);
        Ends ends = huggingFace
                ? new Ends(t.integer("bos_token_id", 30522), t.integer("enc_token_id", -1),
                        t.integer("sep_token_id", 102), t.integer("pad_token_id", 0))
                : new Ends(c.integer("bos_token_id"), c.integer("enc_token_id"), c.integer("sep_token_id", 102),
                        t.integer("pad_token_id", 0));
        Parts parts = new Parts(file.integer("encoder_sees", 0), file.integer("decoder_sees", 0),
                file.flag("tied", false), file.flag("own_table", false), file.flag("follows", false),
                file.flag("itm_head", false), file.flag("temp", false), huggingFace);
        return new BlipConfig(vision, text, ends, file.integer("embed_dim", 0), file.integer("queue", 0),
                c.number("momentum", 0.995), c.integer("k_test", 128), parts);
    }

    /// A model that begins from nothing has all parts of pre-training: the same text reads and writes, `queue_size` features wait in a queue, and the two tokens that begin a text that looks or is
    /// written stand behind the tokenizer's vocabulary, as the original's `init_tokenizer` puts them. With `answers` it is the model that answers questions: what reads and what writes
    /// are two, and nothing is matched.
    ///
    /// @param given in Hugging Face's form, with `vocab_size` and `eos_token_id` of the tokenizer
    static JsonObject fresh(JsonObject given) throws EngineException {
        JsonObject json = given.deepCopy();
        ModelConfig c = new ModelConfig("BLIP", json);
        JsonObject text = c.section("text_config").json();
        int words = c.section("text_config").integer("vocab_size");
        text.addProperty("vocab_size", words + 2);
        text.addProperty("bos_token_id", words);
        text.addProperty("enc_token_id", words + 1);
        text.addProperty("sep_token_id", c.section("text_config").integer("eos_token_id"));
        int seen = c.section("vision_config").integer("hidden_size");
        boolean answers = c.flag("answers", false);
        int queue = answers ? 0 : c.integer("queue_size", 0);
        JsonObject file = section(json, FILE);
        file.addProperty("encoder_sees", seen);
        file.addProperty("decoder_sees", answers ? c.section("text_config").integer("hidden_size") : seen);
        for (String part : List.of("tied", "itm_head", "temp")) {
            file.addProperty(part, !answers);
        }
        file.addProperty("follows", queue > 0);
        file.addProperty("queue", queue);
        file.addProperty("embed_dim", answers ? 0 : c.integer("image_text_hidden_size", 256));
        return json;
    }

    /// How a layout calls what the shapes are read from.
    ///
    /// @param patches table of the patches
    /// @param places  table of the picture's positions
    /// @param blocks  prefix of the picture's layers
    record Names(String patches, String places, String blocks) {
        static final Names HUGGING_FACE = new Names("vision_model.embeddings.patch_embedding.weight",
                "vision_model.embeddings.position_embedding", "vision_model.encoder.layers.");
        static final Names ORIGINAL = new Names("visual_encoder.patch_embed.proj.weight", "visual_encoder.pos_embed",
                "visual_encoder.blocks.");
    }

    /// Sizes as the tensors have them, the rest as the file says or as the published model has it. A configuration of Hugging Face's form stays one, whatever the tensors' names.
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given, Names names) {
        JsonObject json = given.deepCopy();
        boolean huggingFace = json.has("text_config") || names.equals(Names.HUGGING_FACE);
        long[] patch = shapes.get(names.patches());
        long grid = Math.round(Math.sqrt(shapes.get(names.places())[1] - 1.0));
        String reads = "text_encoder.";
        String writes = shapes.keySet().stream().anyMatch(n -> n.startsWith("text_decoder.bert."))
                ? "text_decoder.bert."
                : "text_decoder.";
        boolean encoder = shapes.containsKey(reads + "embeddings.word_embeddings.weight");
        boolean decoder = shapes.containsKey(writes + "encoder.layer.0.attention.self.query.weight");
        String text = encoder ? reads : writes;
        JsonObject t = section(json, huggingFace ? "text_config" : "med_config");
        text(shapes, text, t, huggingFace, given.has("text_config"));
        JsonObject v = section(json, huggingFace ? "vision_config" : "vision");
        JsonObject outer = huggingFace ? v : json;
        outer.addProperty("image_size", grid * patch[2]);
        outer.addProperty("patch_size", patch[2]);
        v.addProperty(huggingFace ? "hidden_size" : "embed_dim", patch[0]);
        v.addProperty(huggingFace ? "num_hidden_layers" : "depth", ModelConfig.count(shapes, names.blocks()));
        v.addProperty(huggingFace ? "intermediate_size" : "mlp",
                shapes.get(names.blocks() + "0.mlp.fc1.weight")[0]);
        usual(v, huggingFace ? "num_attention_heads" : "num_heads",
                given.has("vision_config") ? 12 : patch[0] / 64); // 12 is the class's own default
        if (!huggingFace) { // the two tokens were added to the vocabulary's end, in this order
            long words = shapes.get(text + "embeddings.word_embeddings.weight")[0];
            usual(json, "bos_token_id", words - 2);
            usual(json, "enc_token_id", words - 1);
        }
        file(shapes, section(json, FILE), encoder, decoder, reads, writes, huggingFace);
        return json;
    }

    private static void text(Map<String, long[]> shapes, String prefix, JsonObject t, boolean huggingFace,
            boolean told) {
        long[] words = shapes.get(prefix + "embeddings.word_embeddings.weight");
        t.addProperty("vocab_size", words[0]);
        t.addProperty("hidden_size", words[1]);
        t.addProperty("max_position_embeddings", shapes.get(prefix + "embeddings.position_embeddings.weight")[0]);
        t.addProperty("num_hidden_layers", ModelConfig.count(shapes, prefix + "encoder.layer."));
        t.addProperty("intermediate_size", shapes.get(prefix + "encoder.layer.0.intermediate.dense.weight")[0]);
        usual(t, "num_attention_heads", huggingFace && told ? 8 : words[1] / 64); // 8 is the class's own default
    }

    private static void file(Map<String, long[]> shapes, JsonObject file, boolean encoder, boolean decoder,
            String reads, String writes, boolean huggingFace) {
        String sees = "encoder.layer.0.crossattention.self.key.weight";
        boolean match = shapes.containsKey("itm_head.weight");
        boolean apart = shapes.containsKey(writes + sees);
        // In pre-training all but self-attention is one; a file may hold it under both names. Fine-tuned for answers the two have parted, and there is no matching.
        boolean tied = encoder && decoder && (match || !apart);
        file.addProperty("encoder_sees", encoder ? second(shapes, reads + sees) : 0);
        file.addProperty("decoder_sees", decoder ? second(shapes, (apart ? writes : reads) + sees) : 0);
        file.addProperty("tied", tied);
        file.addProperty("own_table",
                huggingFace && !tied && shapes.containsKey("text_decoder.cls.predictions.decoder.weight"));
        file.addProperty("follows", shapes.containsKey("visual_encoder_m.cls_token"));
        file.addProperty("itm_head", match);
        file.addProperty("temp", shapes.containsKey("temp"));
        file.addProperty("embed_dim", first(shapes, "vision_proj.weight"));
        file.addProperty("queue", second(shapes, "image_queue"));
    }

    private static JsonObject section(JsonObject json, String name) {
        JsonObject section = json.has(name) && json.get(name).isJsonObject()
                ? json.getAsJsonObject(name)
                : new JsonObject();
        json.add(name, section);
        return section;
    }

    private static void usual(JsonObject json, String key, long value) {
        if (!json.has(key) || json.get(key).isJsonNull()) {
            json.addProperty(key, Math.max(1, value));
        }
    }

    private static long first(Map<String, long[]> shapes, String name) {
        return shapes.containsKey(name) ? shapes.get(name)[0] : 0;
    }

    private static long second(Map<String, long[]> shapes, String name) {
        return shapes.containsKey(name) ? shapes.get(name)[1] : 0;
    }
}
