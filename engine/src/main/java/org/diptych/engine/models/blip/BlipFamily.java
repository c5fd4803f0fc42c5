package org.diptych.engine.models.blip;

import static org.diptych.engine.checkpoint.NameMap.again;
import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.join;
import static org.diptych.engine.checkpoint.NameMap.numbers;
import static org.diptych.engine.checkpoint.NameMap.rename;
import static org.diptych.engine.checkpoint.NameMap.split;
import static org.diptych.engine.checkpoint.NameMap.tie;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// BLIP's two layouts, which differ in the picture's names alone; the model's own names are the original's. ALBEF's files look alike but have segments.
public final class BlipFamily implements Family {
    private static final String WORDS = "embeddings.word_embeddings.weight";

    @Override
    public String id() {
        return "blip";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout("Hugging Face",
                        names -> text(names) && names.contains(BlipConfig.Names.HUGGING_FACE.places()),
                        config -> NameMap.of(rules(config)),
                        (shapes, config) -> BlipConfig.complete(shapes, config, BlipConfig.Names.HUGGING_FACE)),
                new Layout("original", names -> text(names) && names.contains(BlipConfig.Names.ORIGINAL.places()),
                        config -> NameMap.of(rules(config)),
                        (shapes, config) -> BlipConfig.complete(shapes, config, BlipConfig.Names.ORIGINAL)));
    }

    private static boolean text(Set<String> names) {
        return Stream.of("text_encoder.", "text_decoder.bert.", "text_decoder.").map(p -> p + WORDS)
                .anyMatch(names::contains)
                && names.stream().noneMatch(n -> n.endsWith("embeddings.token_type_embeddings.weight"));
    }

    private static List<NameMap.Rule> rules(JsonObject config) {
        JsonObject file = config.getAsJsonObject(BlipConfig.FILE);
        List<NameMap.Rule> rules = new ArrayList<>();
        rules.add(drop(".*\\.position_ids", "checkpoint.drop.positions"));
        rules.add(drop("idx_queue", "checkpoint.drop.training"));
        rules.add(rename("ptr_queue", "queue_ptr"));
        picture(rules);
        String decoder = "text_decoder(?:\\.bert)?\\.";
        String head = "text_decoder\\.cls\\.predictions\\.decoder\\.";
        rules.add(tie(head + "bias", "text_decoder.cls.predictions.bias"));
        if (file.get("tied").getAsBoolean()) {
            rules.add(tie(head + "weight", "text_encoder." + WORDS));
            rules.add(tie(decoder + "(embeddings\\..*)", "text_encoder.$1"));
            rules.add(tie(decoder + "(encoder\\.layer\\.\\d+\\.(?:crossattention|intermediate|output)\\..*)",
                    "text_encoder.$1"));
        } else if (!file.get("own_table").getAsBoolean()) {
            rules.add(tie(head + "weight", "text_decoder." + WORDS));
        }
        rules.add(rename("text_decoder\\.bert\\.(.*)", "text_decoder.$1"));
        return rules;
    }

    private static void picture(List<NameMap.Rule> rules) {
        for (String kind : List.of("weight", "bias")) {
            rules.add(split("(visual_encoder(?:_m)?\\.blocks\\.\\d+\\.attn)\\.qkv\\." + kind, 0, "$1.query." + kind,
                    "$1.key." + kind, "$1.value." + kind));
            String own = "visual_encoder.blocks.$1.attn.";
            rules.add(split("vision_model\\.encoder\\.layers\\.(\\d+)\\.self_attn\\.qkv\\." + kind, 0,
                    own + "query." + kind, own + "key." + kind, own + "value." + kind));
        }
        String layer = "vision_model\\.encoder\\.layers\\.(\\d+)\\.";
        String block = "visual_encoder.blocks.$1.";
        rules.add(rename(layer + "self_attn\\.projection\\.(.*)", block + "attn.proj.$2"));
        rules.add(rename(layer + "layer_norm([12])\\.(.*)", block + "norm$2.$3"));
        rules.add(rename(layer + "mlp\\.(.*)", block + "mlp.$2"));
        rules.add(rename("vision_model\\.embeddings\\.class_embedding", "visual_encoder.cls_token"));
        rules.add(rename("vision_model\\.embeddings\\.position_embedding", "visual_encoder.pos_embed"));
        rules.add(rename("vision_model\\.embeddings\\.patch_embedding\\.(.*)", "visual_encoder.patch_embed.proj.$1"));
        rules.add(rename("vision_model\\.post_layernorm\\.(.*)", "visual_encoder.norm.$1"));
    }

    /// Hugging Face's names for what its code has a class for, else the original's.
    @Override
    public NameMap outward(JsonObject config) throws EngineException {
        BlipConfig facts = BlipConfig.of(whole(config));
        boolean huggingFace = facts.parts().huggingFace() && !facts.parts().tied() && !facts.parts().follows();
        List<NameMap.Rule> rules = new ArrayList<>();
        String block = "(visual_encoder(?:_m)?)\\.blocks\\.(\\d+)\\.";
        for (String kind : List.of("weight", "bias")) {
            String attention = block + "attn\\.";
            rules.add(join(huggingFace
                    ? "vision_model.encoder.layers.$2.self_attn.qkv." + kind
                    : "$1.blocks.$2.attn.qkv." + kind, 0, attention + "query\\." + kind, attention + "key\\." + kind,
                    attention + "value\\." + kind));
        }
        if (huggingFace) {
            String layer = "vision_model.encoder.layers.$2.";
            rules.add(rename(block + "attn\\.proj\\.(.*)", layer + "self_attn.projection.$3"));
            rules.add(rename(block + "norm([12])\\.(.*)", layer + "layer_norm$3.$4"));
            rules.add(rename(block + "mlp\\.(.*)", layer + "mlp.$3"));
            rules.add(rename("visual_encoder\\.cls_token", "vision_model.embeddings.class_embedding"));
            rules.add(rename("visual_encoder\\.pos_embed", "vision_model.embeddings.position_embedding"));
            rules.add(rename("visual_encoder\\.patch_embed\\.proj\\.(.*)",
                    "vision_model.embeddings.patch_embedding.$1"));
            rules.add(rename("visual_encoder\\.norm\\.(.*)", "vision_model.post_layernorm.$1"));
        }
        rules.add(rename("text_decoder\\.(embeddings|encoder)\\.(.*)", "text_decoder.bert.$1.$2"));
        if (huggingFace) {
            rules.add(again("text_decoder\\.cls\\.predictions\\.bias", "text_decoder.cls.predictions.decoder.bias"));
        } else {
            rules.add(numbers());
            if (facts.parts().tied()) {
                rules.add(numbers("text_encoder\\.embeddings\\.position_embeddings\\.weight",
                        "text_decoder.bert.embeddings.position_ids"));
            }
        }
        return NameMap.of(rules);
    }

    private static JsonObject whole(JsonObject config) throws EngineException {
        return config.has(BlipConfig.FILE) ? config : BlipConfig.fresh(config);
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        JsonObject whole = whole(config);
        return new BlipModel(whole, BlipConfig.of(whole), files);
    }
}
