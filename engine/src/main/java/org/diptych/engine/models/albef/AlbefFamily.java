package org.diptych.engine.models.albef;

import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.join;
import static org.diptych.engine.checkpoint.NameMap.numbers;
import static org.diptych.engine.checkpoint.NameMap.rename;
import static org.diptych.engine.checkpoint.NameMap.split;
import static org.diptych.engine.checkpoint.NameMap.tie;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// ALBEF's two layouts: pre-training wraps the text encoder once more than the tasks do. BLIP's files look alike but have no segments.
public final class AlbefFamily implements Family {
    private static final String MARK = "embeddings.token_type_embeddings.weight";

    @Override
    public String id() {
        return "albef";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(layout("ALBEF pre-training", "text_encoder.bert."), layout("ALBEF task", "text_encoder."));
    }

    private static Layout layout(String name, String text) {
        return new Layout(name,
                names -> names.contains(text + MARK) && names.contains("visual_encoder.blocks.0.attn.qkv.weight"),
                config -> NameMap.of(rules(config)),
                (shapes, config) -> AlbefConfig.complete(shapes, config, text));
    }

    private static List<NameMap.Rule> rules(JsonObject config) {
        List<NameMap.Rule> rules = new ArrayList<>();
        rules.add(drop(".*\\.position_ids", "checkpoint.drop.positions"));
        rules.add(drop("idx_queue", "checkpoint.drop.training"));
        for (String kind : List.of("weight", "bias")) {
            rules.add(split("(visual_encoder(?:_m)?\\.blocks\\.\\d+\\.attn)\\.qkv\\." + kind, 0, "$1.query." + kind,
                    "$1.key." + kind, "$1.value." + kind));
        }
        String stack = "(text_encoder(?:_m)?|text_decoder(?:_m)?)";
        rules.add(tie(stack + "\\.cls\\.predictions\\.decoder\\.weight", "$1.embeddings.word_embeddings.weight"));
        rules.add(tie(stack + "\\.cls\\.predictions\\.decoder\\.bias", "$1.cls.predictions.bias"));
        if (config.getAsJsonObject("albef_config").get("classes_in_file").getAsInt() == 2) {
            JsonObject bert = config.getAsJsonObject("bert_config");
            int first = bert.get("fusion_layer").getAsInt();
            for (int i = first + 1; i < bert.get("num_hidden_layers").getAsInt(); i += 2) {
                rules.add(tie("(text_encoder(?:_m)?)\\.encoder\\.layer\\." + i
                        + "\\.crossattention\\.self\\.(key|value)\\.(.*)",
                        "$1.encoder.layer." + (i - 1) + ".crossattention.self.$2.$3"));
            }
        }
        rules.add(rename(stack + "\\.bert\\.(.*)", "$1.$2"));
        return rules;
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        return new AlbefModel(config, AlbefConfig.of(config), files);
    }

    @Override
    public NameMap outward(JsonObject config) throws EngineException {
        List<NameMap.Rule> rules = new ArrayList<>();
        for (String kind : List.of("weight", "bias")) {
            String attention = "(visual_encoder(?:_m)?\\.blocks\\.\\d+\\.attn)\\.";
            rules.add(join("$1.qkv." + kind, 0, attention + "query\\." + kind, attention + "key\\." + kind,
                    attention + "value\\." + kind));
        }
        boolean words = new ModelConfig("ALBEF", config).section("albef_config").flag("has_mlm", false);
        String wrapped = words ? "(text_encoder(?:_m)?|text_decoder(?:_m)?)" : "(text_decoder(?:_m)?)";
        rules.add(rename(wrapped + "\\.(embeddings|encoder)\\.(.*)", "$1.bert.$2.$3"));
        rules.add(numbers());
        return NameMap.of(rules);
    }
}
