package org.diptych.engine.models.vlmo;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelConfig;

/// The facts of one VLMo, in the sections of its own code: `vlmo_config` is what a run is started with, `arch` the model that it names.
///
/// @param positions  rows of the text's position table: the longest text
/// @param types      rows of BERT's segment table
/// @param modalities rows of the modality table: text, picture, second picture
/// @param pairFrom   first layer with an expert for pairs, `layers` without any
/// @param image      side of the picture in pixels
/// @param dropPath   stochastic depth of the last layer, and dropout of the words
/// @param absolute   true with learned positions, false with relative ones
/// @param textBias   longest text that the relative biases are laid out for
/// @param scale      what the layer scales start from, 0 without them
/// @param biased     true with biases of queries and values; keys never have one
record VlmoConfig(int vocabulary, int positions, int types, int modalities, int width, int layers, int heads, int mlp,
        double epsilon, int image, int patch, int pairFrom, double dropPath, boolean absolute, int textBias,
        double scale, boolean biased, Heads parts) {
    private static final String RUN = "vlmo_config";
    private static final String ARCH = "arch";
    private static final String LOSSES = "loss_names";
    /// Of the released files: they start from a text model of this length.
    private static final int USUAL_TEXT = 196;
    private static final int USUAL_VOCABULARY = 30522;
    private static final int HEAD_WIDTH = 64;
    /// Of the one released size whose width 64 does not divide: 544 (base-plus).
    private static final int USUAL_HEADS = 16;

    /// What stands on the transformer.
    ///
    /// @param words    a language head
    /// @param match    a matching head
    /// @param contrast projections of the two towers
    /// @param branch   projections of the towers' second ending, through the experts for pairs
    /// @param answers  closed answers, 0 without
    /// @param pair     a classifier over two pictures
    record Heads(boolean words, boolean match, boolean contrast, boolean branch, int answers, boolean pair) {
    }

    int grid() {
        return image / patch;
    }

    /// @return rows of the bias table that belong to the picture
    int pictureBiases() {
        return (2 * grid() - 1) * (2 * grid() - 1) + 3;
    }

    /// @return rows of the bias table: the picture's, the text's, and one for each of the two directions between them
    int biases() {
        return pictureBiases() + 2 * textBias + 2;
    }

    static VlmoConfig of(JsonObject json) throws EngineException {
        ModelConfig c = new ModelConfig("VLMo", json);
        ModelConfig run = c.section(RUN);
        ModelConfig arch = c.section(ARCH);
        ModelConfig losses = run.section(LOSSES);
        int layers = arch.integer("depth");
        int width = arch.integer("embed_dim");
        boolean words = losses.integer("mlm", 0) + losses.integer("textmlm", 0) > 0;
        boolean contrast = losses.integer("itc", 0) > 0;
        boolean pair = losses.integer("nlvr2", 0) > 0;
        // Text alone is taught before there are experts for pairs, whatever the architecture says.
        int pairFrom = losses.integer("textmlm", 0) > 0 ? layers : arch.integer("vlffn_start_layer_index");
        int text = run.integer("max_text_len");
        double rate = run.number("drop_path_rate", 0.1);
        return new VlmoConfig(run.integer("vocab_size"), text, arch.integer("text_types_in_file", 2),
                arch.integer("modalities_in_file", pair ? 3 : 2), width, layers, arch.integer("num_heads"),
                arch.integer("mlp_in_file", (int) Math.round(width * arch.number("mlp_ratio", 4))),
                arch.number("layer_norm_eps", 1e-6), run.integer("image_size"), arch.integer("patch_size", 16),
                arch.integer("pair_experts_in_file", pairFrom), rate, arch.flag("use_abs_pos_emb", false),
                run.integer("max_text_len_of_initckpt", USUAL_TEXT), arch.number("layer_scale_init_values", 0),
                arch.flag("qkv_bias", true),
                new Heads(words, losses.integer("itm", 0) > 0, contrast || losses.integer("irtr", 0) > 0, contrast,
                        losses.integer("vqa", 0) > 0 ? run.integer("vqav2_label_size", 3129) : 0, pair));
    }

    /// Where a layout keeps what the sizes are read from.
    ///
    /// @param prefix of the transformer
    /// @param mlp    of the expert for pictures
    record Places(String prefix, String mlp) {
        static final Places ORIGINAL = new Places("transformer.", "mlp_imag");
        static final Places BEIT = new Places("", "mlp");
    }

    /// Sizes as the tensors have them, the rest as the file says or as the released models have it.
    static JsonObject complete(Map<String, long[]> shapes, JsonObject given, Places at) {
        JsonObject json = given.deepCopy();
        JsonObject run = section(json, RUN);
        JsonObject arch = section(json, ARCH);
        long[] patch = shapes.get(at.prefix() + "patch_embed.proj.weight");
        int layers = ModelConfig.count(shapes, at.prefix() + "blocks.");
        String first = at.prefix() + "blocks.0.";
        arch.addProperty("embed_dim", patch[0]);
        arch.addProperty("patch_size", patch[2]);
        arch.addProperty("depth", layers);
        arch.addProperty("mlp_in_file", shapes.get(first + at.mlp() + ".fc1.weight")[0]);
        arch.addProperty("qkv_bias", shapes.containsKey(first + "attn.q_bias"));
        arch.addProperty("use_abs_pos_emb", shapes.containsKey(at.prefix() + "pos_embed"));
        if (!shapes.containsKey(first + "gamma_1")) {
            arch.addProperty("layer_scale_init_values", 0);
        } else if (!arch.has("layer_scale_init_values") || arch.get("layer_scale_init_values").isJsonNull()) {
            arch.addProperty("layer_scale_init_values", 0.1);
        }
        positions(shapes, at, run, arch, layers);
        usual(arch, "num_heads", patch[0] % HEAD_WIDTH == 0 ? patch[0] / HEAD_WIDTH : USUAL_HEADS);
        if (at.equals(Places.ORIGINAL)) {
            text(shapes, run, arch);
            int pairFrom = firstPair(shapes.keySet(), layers);
            arch.addProperty("pair_experts_in_file", pairFrom);
            usual(arch, "vlffn_start_layer_index", pairFrom); // a published file comes without its architecture
            run.add(LOSSES, losses(shapes));
        } else { // a vision model: everything of the words is still to come
            usual(run, "vocab_size", USUAL_VOCABULARY);
            usual(run, "max_text_len", USUAL_TEXT);
            JsonObject next = new JsonObject();
            next.addProperty("textmlm", 1);
            run.add(LOSSES, next);
        }
        return json;
    }

    /// How pictures and texts are laid out: a table of positions, or one of biases from which side and text length follow.
    private static void positions(Map<String, long[]> shapes, Places at, JsonObject run, JsonObject arch, int layers) {
        long patch = arch.get("patch_size").getAsLong();
        usual(run, "max_text_len_of_initckpt", USUAL_TEXT);
        long text = run.get("max_text_len_of_initckpt").getAsLong();
        long[] learned = shapes.get(at.prefix() + "pos_embed");
        long[] own = shapes.get(at.prefix() + "blocks.0.attn.relative_position_bias_table");
        long[] common = shapes.get("relative_position_bias_table");
        if (learned != null) {
            run.addProperty("image_size", patch * root(learned[1] - 1));
        } else if (own != null) {
            run.addProperty("image_size", patch * side(own[0]));
            arch.addProperty("num_heads", own[1]);
        } else {
            long[] index = shapes.get("relative_position_index");
            if (index != null) {
                run.addProperty("image_size", patch * root(index[0] - 1));
            } else if (!run.has("image_size")) {
                run.addProperty("image_size", arch.has("img_size")
                        ? arch.get("img_size").getAsLong()
                        : patch * side(common[0] - 2 * text - 2));
            }
            long rest = ofWords(common[0], run, patch);
            if (rest <= 0 || rest % 2 != 0) { // the table is of another picture than the configuration
                run.addProperty("image_size", patch * side(common[0] - 2 * text - 2));
                rest = ofWords(common[0], run, patch);
            }
            run.addProperty("max_text_len_of_initckpt", rest / 2);
            arch.addProperty("num_heads", common[1] / layers);
        }
    }

    /// @return rows of the bias table that belong to distances of words
    private static long ofWords(long rows, JsonObject run, long patch) {
        long grid = run.get("image_size").getAsLong() / patch;
        return rows - (2 * grid - 1) * (2 * grid - 1) - 3 - 2;
    }

    private static long root(long square) {
        return Math.round(Math.sqrt(square));
    }

    /// @param biases of a picture: (2 W - 1)^2 + 3
    private static long side(long biases) {
        return (root(biases - 3) + 1) / 2;
    }

    private static void text(Map<String, long[]> shapes, JsonObject run, JsonObject arch) {
        run.addProperty("vocab_size", shapes.get("text_embeddings.word_embeddings.weight")[0]);
        run.addProperty("max_text_len", shapes.get("text_embeddings.position_embeddings.weight")[0]);
        arch.addProperty("text_types_in_file", shapes.get("text_embeddings.token_type_embeddings.weight")[0]);
        arch.addProperty("modalities_in_file", shapes.get("token_type_embeddings.weight")[0]);
        if (shapes.containsKey("vqa_classifier.3.weight")) {
            run.addProperty("vqav2_label_size", shapes.get("vqa_classifier.3.weight")[0]);
        }
    }

    /// @return the tasks whose heads the file has, under the names of the original's `loss_names`
    private static JsonObject losses(Map<String, long[]> shapes) {
        boolean pairs = firstPair(shapes.keySet(), Integer.MAX_VALUE) < Integer.MAX_VALUE;
        boolean branch = shapes.containsKey("itc_vl_text_proj.fc.weight");
        boolean words = shapes.containsKey("mlm_score.decoder.weight");
        JsonObject json = new JsonObject();
        json.addProperty("itm", number(shapes.containsKey("itm_score.fc.weight")));
        json.addProperty("itc", number(branch));
        json.addProperty("mlm", number(words && pairs));
        json.addProperty("textmlm", number(words && !pairs));
        json.addProperty("vqa", number(shapes.containsKey("vqa_classifier.3.weight")));
        json.addProperty("nlvr2", number(shapes.containsKey("nlvr2_classifier.3.weight")));
        json.addProperty("irtr", number(shapes.containsKey("itc_text_proj.fc.weight") && !branch));
        return json;
    }

    private static int number(boolean there) {
        return there ? 1 : 0;
    }

    private static int firstPair(Set<String> names, int none) {
        return names.stream().filter(n -> n.matches("transformer\\.blocks\\.\\d+\\.mlp_vl\\.fc1\\.weight"))
                .mapToInt(n -> Integer.parseInt(n.split("\\.")[2])).min().orElse(none);
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
            json.addProperty(key, value);
        }
    }
}
