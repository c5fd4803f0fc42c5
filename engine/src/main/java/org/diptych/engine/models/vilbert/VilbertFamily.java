package org.diptych.engine.models.vilbert;

import static org.diptych.engine.checkpoint.NameMap.again;
import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.rename;
import static org.diptych.engine.checkpoint.NameMap.tie;

import com.google.gson.JsonObject;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// ViLBERT's one layout, which both of its repositories share.
public final class VilbertFamily implements Family {
    @Override
    public String id() {
        return "vilbert";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(new Layout("ViLBERT", names -> names.contains("bert.v_embeddings.image_embeddings.weight"),
                _ -> NameMap.of(drop(".*\\.position_ids", "checkpoint.drop.positions"),
                        rename("(.*LayerNorm\\d?)\\.gamma", "$1.weight"),
                        rename("(.*LayerNorm\\d?)\\.beta", "$1.bias"),
                        tie("cls\\.predictions\\.decoder\\.weight", "bert.embeddings.word_embeddings.weight")),
                VilbertConfig::complete));
    }

    @Override
    public NameMap outward(JsonObject config) throws EngineException {
        return VilbertConfig.of(config).heads().words()
                ? NameMap.of(again("bert\\.embeddings\\.word_embeddings\\.weight", "cls.predictions.decoder.weight"))
                : NameMap.of();
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        return new VilbertModel(config, VilbertConfig.of(config), files);
    }
}
