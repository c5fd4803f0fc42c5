package org.diptych.engine.models.vilt;

import static org.diptych.engine.checkpoint.NameMap.numbers;
import static org.diptych.engine.checkpoint.NameMap.again;
import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.rename;
import static org.diptych.engine.checkpoint.NameMap.split;
import static org.diptych.engine.checkpoint.NameMap.tie;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// ViLT's file layouts. The model's own names are Hugging Face's, with the original's matching head beside them.
public final class ViltFamily implements Family {
    @Override
    public String id() {
        return "vilt";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout("Hugging Face",
                        names -> names.contains("vilt.embeddings.text_embeddings.word_embeddings.weight"),
                        _ -> NameMap.of(drop(".*\\.position_ids", "checkpoint.drop.positions"),
                                tie("mlm_score\\.decoder\\.bias", "mlm_score.bias")),
                        (shapes, config) -> ViltConfig.complete(shapes, config, ViltConfig.Places.HUGGING_FACE)),
                new Layout("ViLT",
                        names -> names.contains("transformer.pos_embed")
                                && names.contains("text_embeddings.word_embeddings.weight")
                                && names.contains("transformer.blocks.0.mlp.fc1.weight"),
                        _ -> NameMap.of(original()),
                        (shapes, config) -> ViltConfig.Code.ORIGINAL
                                .in(ViltConfig.complete(shapes, config, ViltConfig.Places.ORIGINAL))));
    }

    private static List<NameMap.Rule> original() {
        String block = "transformer\\.blocks\\.(\\d+)\\.";
        String layer = "vilt.encoder.layer.$1.";
        List<NameMap.Rule> rules = new ArrayList<>();
        rules.add(drop(".*\\.position_ids", "checkpoint.drop.positions"));
        rules.add(drop("(train|val|dev|test)_.*", "checkpoint.drop.training")); // counters of accuracies and losses
        rules.add(rename("text_embeddings\\.(.*)", "vilt.embeddings.text_embeddings.$1"));
        rules.add(rename("token_type_embeddings\\.weight", "vilt.embeddings.token_type_embeddings.weight"));
        rules.add(rename("transformer\\.cls_token", "vilt.embeddings.cls_token"));
        rules.add(rename("transformer\\.pos_embed", "vilt.embeddings.position_embeddings"));
        rules.add(rename("transformer\\.patch_embed\\.proj\\.(.*)", "vilt.embeddings.patch_embeddings.projection.$1"));
        rules.add(rename("transformer\\.norm\\.(.*)", "vilt.layernorm.$1"));
        rules.add(rename("pooler\\.(.*)", "vilt.pooler.$1"));
        rules.add(rename(block + "norm1\\.(.*)", layer + "layernorm_before.$2"));
        rules.add(rename(block + "norm2\\.(.*)", layer + "layernorm_after.$2"));
        for (String kind : List.of("weight", "bias")) {
            rules.add(split(block + "attn\\.qkv\\." + kind, 0, layer + "attention.attention.query." + kind,
                    layer + "attention.attention.key." + kind, layer + "attention.attention.value." + kind));
        }
        rules.add(rename(block + "attn\\.proj\\.(.*)", layer + "attention.output.dense.$2"));
        rules.add(rename(block + "mlp\\.fc1\\.(.*)", layer + "intermediate.dense.$2"));
        rules.add(rename(block + "mlp\\.fc2\\.(.*)", layer + "output.dense.$2"));
        rules.add(rename("(?:vqa|nlvr2)_classifier\\.(.*)", "classifier.$1"));
        return rules;
    }

    @Override
    public NameMap outward(JsonObject config) {
        return NameMap.of(numbers(), again("mlm_score\\.bias", "mlm_score.decoder.bias"));
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        return new ViltModel(config, ViltConfig.of(config), ViltReader.of(ViltConfig.of(config), files));
    }
}
