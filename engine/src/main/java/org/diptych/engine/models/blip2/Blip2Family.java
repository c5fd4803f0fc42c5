package org.diptych.engine.models.blip2;

import static org.diptych.engine.checkpoint.NameMap.numbers;
import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.rename;
import static org.diptych.engine.checkpoint.NameMap.split;
import static org.diptych.engine.checkpoint.NameMap.tie;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// BLIP-2's layouts. The model's own names are LAVIS's. LAVIS's files hold what was trained; the picture tower and the language model come from files of their own.
public final class Blip2Family implements Family {
    @Override
    public String id() {
        return "blip2";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout("Hugging Face",
                        names -> names.contains("query_tokens")
                                && names.contains("qformer.encoder.layer.0.intermediate_query.dense.weight"),
                        config -> NameMap.of(huggingFace(config)),
                        (shapes, config) -> Blip2Shapes.complete(shapes, config, Blip2Shapes.Names.HUGGING_FACE)),
                new Layout("LAVIS beside EVA ViT",
                        names -> lavis(names) && eva(names),
                        config -> NameMap.of(beside(config)),
                        (shapes, config) -> Blip2Shapes.complete(shapes, config, Blip2Shapes.Names.EVA)),
                new Layout("LAVIS", Blip2Family::lavis, _ -> NameMap.of(lavis()),
                        (shapes, config) -> Blip2Shapes.complete(shapes, config, Blip2Shapes.Names.LAVIS)),
                new Layout("EVA ViT",
                        Blip2Family::eva,
                        config -> NameMap.of(tower(config)),
                        (shapes, config) -> Blip2Shapes.complete(shapes, config, Blip2Shapes.Names.EVA)));
    }

    private static boolean eva(Set<String> names) {
        return names.contains("blocks.0.attn.q_bias") && names.contains("pos_embed")
                && names.contains("patch_embed.proj.weight")
                && names.stream().noneMatch(n -> n.endsWith("relative_position_bias_table"));
    }

    /// The picture tower's own names.
    private static List<NameMap.Rule> tower(JsonObject config) {
        return List.of(drop("(norm|fc_norm|head)\\..*", "checkpoint.drop.blocks"),
                drop("blocks\\.(?!(?:" + read(config) + ")\\.).*", "checkpoint.drop.blocks"),
                rename("((?:blocks|patch_embed)\\..*|cls_token|pos_embed)", "visual_encoder.$1"));
    }

    private static List<NameMap.Rule> beside(JsonObject config) {
        return Stream.concat(tower(config).stream(), lavis().stream()).toList();
    }

    /// @return the numbers of the layers that are read of a whole EVA, which has one more
    private static String read(JsonObject config) {
        int layers = config.has("vision_config")
                ? config.getAsJsonObject("vision_config").get("num_hidden_layers").getAsInt()
                : config.getAsJsonObject("vision").get("depth").getAsInt();
        return IntStream.range(0, layers).mapToObj(String::valueOf).collect(Collectors.joining("|"));
    }

    private static boolean lavis(Set<String> names) {
        return names.contains("query_tokens")
                && names.contains("Qformer.bert.encoder.layer.0.intermediate_query.dense.weight");
    }

    private static List<NameMap.Rule> lavis() {
        return List.of(drop(".*\\.position_ids", "checkpoint.drop.positions"),
                tie("t5_model\\.(?:encoder|decoder)\\.embed_tokens\\.weight", "t5_model.shared.weight"),
                tie("Qformer\\.cls\\.predictions\\.decoder\\.weight", "Qformer.bert.embeddings.word_embeddings.weight"),
                tie("Qformer\\.cls\\.predictions\\.decoder\\.bias", "Qformer.cls.predictions.bias"),
                tie("opt_model\\.lm_head\\.weight", "opt_model.model.decoder.embed_tokens.weight"));
    }

    private static List<NameMap.Rule> huggingFace(JsonObject config) {
        List<NameMap.Rule> rules = new ArrayList<>(lavis());
        String layer = "vision_model\\.encoder\\.layers\\.(\\d+)\\.";
        String block = "visual_encoder.blocks.$1.";
        rules.add(rename(layer + "self_attn\\.qkv\\.weight", block + "attn.qkv.weight"));
        rules.add(split(layer + "self_attn\\.qkv\\.bias", 0, block + "attn.q_bias", "", block + "attn.v_bias"));
        rules.add(rename(layer + "self_attn\\.projection\\.(.*)", block + "attn.proj.$2"));
        rules.add(rename(layer + "layer_norm([12])\\.(.*)", block + "norm$2.$3"));
        rules.add(rename(layer + "mlp\\.(.*)", block + "mlp.$2"));
        rules.add(rename("vision_model\\.embeddings\\.class_embedding", "visual_encoder.cls_token"));
        rules.add(rename("vision_model\\.embeddings\\.position_embedding", "visual_encoder.pos_embed"));
        rules.add(rename("vision_model\\.embeddings\\.patch_embedding\\.(.*)", "visual_encoder.patch_embed.proj.$1"));
        rules.add(rename("vision_model\\.post_layernorm\\.(.*)", "ln_vision.$1"));
        rules.add(rename("qformer\\.layernorm\\.(.*)", "Qformer.bert.embeddings.LayerNorm.$1"));
        rules.add(rename("qformer\\.(encoder\\.layer\\.\\d+\\.(?:cross)?attention)\\.attention\\.(.*)",
                "Qformer.bert.$1.self.$2"));
        rules.add(rename("qformer\\.(.*)", "Qformer.bert.$1"));
        rules.add(rename("embeddings\\.(.*)", "Qformer.bert.embeddings.$1"));
        rules.add(rename("vision_projection\\.(.*)", "vision_proj.$1"));
        rules.add(rename("text_projection\\.(.*)", "text_proj.$1"));
        boolean t5 = config.has(Blip2Config.FILE)
                && config.getAsJsonObject(Blip2Config.FILE).get("t5").getAsBoolean();
        Blip2Config.Kind kind = t5 ? Blip2Config.Kind.T5 : Blip2Config.Kind.OPT;
        rules.add(rename("language_projection\\.(.*)", kind.projection() + ".$1"));
        rules.add(t5
                ? tie("language_model\\.(?:encoder|decoder)\\.embed_tokens\\.weight", "t5_model.shared.weight")
                : tie("language_model\\.lm_head\\.weight", "opt_model.model.decoder.embed_tokens.weight"));
        if (t5 && config.getAsJsonObject("text_config").has("tie_word_embeddings")
                && config.getAsJsonObject("text_config").get("tie_word_embeddings").getAsBoolean()) {
            rules.add(tie("language_model\\.lm_head\\.weight", "t5_model.shared.weight"));
        }
        rules.add(rename("language_model\\.(.*)", kind.model() + ".$1"));
        return rules;
    }

    @Override
    public NameMap outward(JsonObject config) {
        return NameMap.of(numbers("Qformer\\.bert\\.embeddings\\.position_embeddings\\.weight",
                "Qformer.bert.embeddings.position_ids"));
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        JsonObject whole = config.has(Blip2Config.FILE) ? config : Blip2Config.fresh(config);
        return new Blip2Model(whole, Blip2Config.of(whole), files);
    }
}
