package org.diptych.engine.models.uniter;

import static org.diptych.engine.checkpoint.NameMap.again;
import static org.diptych.engine.checkpoint.NameMap.join;
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
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// UNITER's one layout, with the norms' old names where a file has them.
public final class UniterFamily implements Family {
    @Override
    public String id() {
        return "uniter";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(new Layout("UNITER", names -> names.contains("uniter.img_embeddings.img_linear.weight"),
                _ -> NameMap.of(rules()), UniterConfig::complete));
    }

    private static List<NameMap.Rule> rules() {
        List<NameMap.Rule> rules = new ArrayList<>();
        rules.add(drop(".*\\.position_ids", "checkpoint.drop.positions"));
        rules.add(rename("(.*LayerNorm)\\.gamma", "$1.weight"));
        rules.add(rename("(.*LayerNorm)\\.beta", "$1.bias"));
        rules.add(tie("cls\\.predictions\\.decoder\\.weight", "uniter.embeddings.word_embeddings.weight"));
        rules.add(tie("feat_regress\\.weight", "uniter.img_embeddings.img_linear.weight"));
        for (String kind : List.of("weight", "bias")) {
            rules.add(split("(attn[12])\\.in_proj_" + kind, 0, "$1.query." + kind, "$1.key." + kind,
                    "$1.value." + kind));
        }
        return rules;
    }

    /// Its files have both what its code ties and its stacked projections.
    @Override
    public NameMap outward(JsonObject config) throws EngineException {
        ModelConfig c = new ModelConfig("UNITER", config);
        List<NameMap.Rule> rules = new ArrayList<>();
        for (String kind : List.of("weight", "bias")) {
            rules.add(join("$1.in_proj_" + kind, 0, "(attn[12])\\.query\\." + kind, "(attn[12])\\.key\\." + kind,
                    "(attn[12])\\.value\\." + kind));
        }
        if (c.flag("has_cls", false)) {
            rules.add(again("uniter\\.embeddings\\.word_embeddings\\.weight", "cls.predictions.decoder.weight"));
        }
        if (c.flag("has_feat_regress", false)) {
            rules.add(again("uniter\\.img_embeddings\\.img_linear\\.weight", "feat_regress.weight"));
        }
        return NameMap.of(rules);
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        return new UniterModel(config, UniterConfig.of(config), files);
    }
}
