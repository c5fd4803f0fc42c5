package org.diptych.engine.models.blip2;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.checkpoint.ModelConfig;

/// A configuration completed from a file's tensors: sizes as the tensors have them, the rest as the file says or, where no file says it, as the published models have it.
record Blip2Shapes(Map<String, long[]> shapes, JsonObject json) {
    private static final String WORDS = "word_embeddings.weight";
    private static final int PUBLISHED_LAYERS = 39;

    /// How a layout calls what the shapes are read from.
    ///
    /// @param patches table of the patches
    /// @param places  table of the picture's positions
    /// @param blocks  prefix of the picture's layers
    /// @param former  prefix of the Q-Former's layers
    /// @param words   prefix of the Q-Former's word table
    /// @param own     what the language model and its projection are called by every kind, nothing where each kind has a name of its own
    record Names(String patches, String places, String blocks, String former, String words, Optional<Own> own) {
        /// @param language   prefix of the language model
        /// @param projection of the queries into it
        record Own(String language, String projection) {
        }

        static final Names HUGGING_FACE = new Names("vision_model.embeddings.patch_embedding.weight",
                "vision_model.embeddings.position_embedding", "vision_model.encoder.layers.",
                "qformer.encoder.layer.", "embeddings.",
                Optional.of(new Own("language_model.", "language_projection.weight")));
        static final Names LAVIS = new Names("visual_encoder.patch_embed.proj.weight", "visual_encoder.pos_embed",
                "visual_encoder.blocks.", "Qformer.bert.encoder.layer.", "Qformer.bert.embeddings.",
                Optional.empty());
        /// The picture tower's own file, alone or beside LAVIS's.
        static final Names EVA = new Names("patch_embed.proj.weight", "pos_embed", "blocks.", LAVIS.former,
                LAVIS.words, Optional.empty());

        String language(Blip2Config.Kind kind) {
            return own.map(Own::language).orElse(kind.model() + ".");
        }

        String projection(Blip2Config.Kind kind) {
            return own.map(Own::projection).orElse(kind.projection() + ".weight");
        }
    }

    static JsonObject complete(Map<String, long[]> shapes, JsonObject given, Names names) {
        JsonObject json = given.deepCopy();
        Blip2Shapes all = new Blip2Shapes(shapes, json);
        if (json.has("qformer_config")) {
            all.picture(names, all.section("vision_config"), "image_size", "hidden_size", "num_hidden_layers",
                    "intermediate_size", "num_attention_heads");
            all.former(names, all.section("qformer_config"), "encoder_hidden_size", "cross_attention_frequency");
            all.queries("num_query_tokens");
        } else {
            all.picture(names, all.section("vision"), "img_size", "embed_dim", "depth", "mlp", "num_heads");
            all.former(names, all.section("qformer"), "encoder_width", "cross_attention_freq");
            all.queries("num_query_token");
        }
        all.parts(names);
        return json;
    }

    private JsonObject section(String name) {
        if (!json.has(name) || !json.get(name).isJsonObject()) {
            json.add(name, new JsonObject());
        }
        return json.getAsJsonObject(name);
    }

    private void picture(Names names, JsonObject v, String image, String width, String layers, String mlp,
            String heads) {
        if (shapes.containsKey(names.patches())) {
            long[] patch = shapes.get(names.patches());
            long grid = Math.round(Math.sqrt(shapes.get(names.places())[1] - 1.0));
            v.addProperty(width, patch[0]);
            v.addProperty("patch_size", patch[2]);
            v.addProperty(image, grid * patch[2]);
            int blocks = ModelConfig.count(shapes, names.blocks());
            if (names.equals(Names.EVA)) { // the whole EVA has a layer more than BLIP-2 reads
                usual(v, layers, Math.min(blocks, PUBLISHED_LAYERS));
            } else {
                v.addProperty(layers, blocks);
            }
            v.addProperty(mlp, shapes.get(names.blocks() + "0.mlp.fc1.weight")[0]);
        }
        usual(v, width, 1408);
        usual(v, "patch_size", 14);
        usual(v, image, 224);
        usual(v, layers, PUBLISHED_LAYERS);
        if (!v.has("mlp_ratio")) {
            usual(v, mlp, 6144);
        }
        usual(v, heads, Math.max(1, v.get(width).getAsLong() / 88));
    }

    private void former(Names names, JsonObject q, String sees, String every) {
        String first = names.former() + "0.";
        if (shapes.containsKey("query_tokens")) {
            q.addProperty("hidden_size", shapes.get("query_tokens")[2]);
            q.addProperty("num_hidden_layers", ModelConfig.count(shapes, names.former()));
            q.addProperty("intermediate_size", shapes.get(first + "intermediate_query.dense.weight")[0]);
            Stream.of("self", "attention").map(p -> shapes.get(first + "crossattention." + p + ".key.weight"))
                    .filter(java.util.Objects::nonNull).findFirst().ifPresent(key -> q.addProperty(sees, key[1]));
        }
        usual(q, "hidden_size", 768);
        usual(q, "num_hidden_layers", 12);
        usual(q, "intermediate_size", 3072);
        usual(q, "num_attention_heads", Math.max(1, q.get("hidden_size").getAsLong() / 64));
        usual(q, sees, 1408);
        usual(q, every, 2);
        long[] words = shapes.get(names.words() + WORDS);
        if (words != null) {
            q.addProperty("vocab_size", words[0]);
            q.addProperty("max_position_embeddings",
                    shapes.get(names.words() + "position_embeddings.weight")[0]);
        }
        usual(q, "vocab_size", 30523);
    }

    private void queries(String key) {
        if (shapes.containsKey("query_tokens")) {
            json.addProperty(key, shapes.get("query_tokens")[1]);
        }
        usual(json, key, 32);
    }

    /// A file of the picture tower alone belongs to a model whose other parts its configuration names.
    private void parts(Names names) {
        JsonObject file = section(Blip2Config.FILE);
        boolean alone = !shapes.containsKey("query_tokens");
        Blip2Config.Kind kind = kind(names);
        String projection = names.projection(kind);
        boolean second = json.has("text_config") || shapes.containsKey(projection);
        boolean first = alone && !second;
        file.addProperty("words", first || shapes.containsKey(names.words() + WORDS));
        file.addProperty("writes", first || shapes.containsKey("Qformer.cls.predictions.transform.dense.weight"));
        file.addProperty("match", first || shapes.containsKey("itm_head.weight"));
        file.addProperty("temp", first || shapes.containsKey("temp"));
        file.addProperty("embed_dim",
                first ? whole("embed_dim", 256) : rows("vision_proj.weight", "vision_projection.weight"));
        boolean t5 = kind == Blip2Config.Kind.T5;
        file.addProperty("t5", t5);
        file.addProperty("projects", shapes.containsKey(projection)
                ? shapes.get(projection)[0]
                : second
                        ? whole("projects",
                                section("text_config").get(t5 ? Blip2Config.T5_WIDTH : "hidden_size").getAsLong())
                        : 0);
        String language = names.language(kind);
        boolean there = shapes.containsKey(language + (t5 ? "shared.weight" : "model.decoder.embed_tokens.weight"));
        file.addProperty("language",
                there || json.has("text_config") && section("text_config").has(t5 ? "d_kv" : "ffn_dim"));
        if (there && t5) {
            encoderDecoder(language, section("text_config"));
        } else if (there) {
            language(language + "model.decoder.", section("text_config"));
        }
    }

    /// A file tells it by its names, or by its configuration.
    private Blip2Config.Kind kind(Names names) {
        Blip2Config.Kind t5 = Blip2Config.Kind.T5;
        boolean named = names.own().isEmpty() && shapes.containsKey(names.projection(t5));
        boolean configured = json.has("text_config") && section("text_config").has(Blip2Config.T5_WIDTH);
        return named || configured || shapes.containsKey(names.language(t5) + "shared.weight")
                ? t5
                : Blip2Config.Kind.OPT;
    }

    private void encoderDecoder(String prefix, JsonObject t) {
        String first = prefix + "encoder.block.0.layer.";
        long[] words = shapes.get(prefix + "shared.weight");
        long[] positions = shapes.get(first + "0.SelfAttention.relative_attention_bias.weight");
        boolean gated = shapes.containsKey(first + "1.DenseReluDense.wi_0.weight");
        t.addProperty("vocab_size", words[0]);
        t.addProperty(Blip2Config.T5_WIDTH, words[1]);
        t.addProperty("num_layers", ModelConfig.count(shapes, prefix + "encoder.block."));
        t.addProperty("num_decoder_layers", ModelConfig.count(shapes, prefix + "decoder.block."));
        t.addProperty("relative_attention_num_buckets", positions[0]);
        t.addProperty("num_heads", positions[1]);
        t.addProperty("d_kv", shapes.get(first + "0.SelfAttention.q.weight")[0] / positions[1]);
        t.addProperty("d_ff", shapes.get(first + "1.DenseReluDense." + (gated ? "wi_0" : "wi") + ".weight")[0]);
        if (!t.has("tie_word_embeddings")) {
            t.addProperty("tie_word_embeddings", !shapes.containsKey(prefix + "lm_head.weight"));
        }
        if (!t.has("feed_forward_proj")) {
            t.addProperty("feed_forward_proj", gated ? "gated-gelu" : "relu");
        }
    }

    private void language(String prefix, JsonObject t) {
        long[] words = shapes.get(prefix + "embed_tokens.weight");
        long[] fc = shapes.get(prefix + "layers.0.fc1.weight");
        t.addProperty("vocab_size", words[0]);
        t.addProperty("word_embed_proj_dim", words[1]);
        t.addProperty("hidden_size", fc[1]);
        t.addProperty("ffn_dim", fc[0]);
        t.addProperty("max_position_embeddings", shapes.get(prefix + "embed_positions.weight")[0] - 2);
        t.addProperty("num_hidden_layers", ModelConfig.count(shapes, prefix + "layers."));
        usual(t, "num_attention_heads", Math.max(1, fc[1] / 80)); // of the 2.7B and 6.7B models: 32 of 80, 32 of 128
    }

    private long whole(String key, long otherwise) {
        return json.has(key) && json.get(key).isJsonPrimitive() ? json.get(key).getAsLong() : otherwise;
    }

    private long rows(String... any) {
        return Stream.of(any).filter(shapes::containsKey).mapToLong(n -> shapes.get(n)[0]).findFirst().orElse(0);
    }

    private static void usual(JsonObject at, String key, long value) {
        if (!at.has(key) || at.get(key).isJsonNull()) {
            at.addProperty(key, value);
        }
    }
}
