package org.diptych.engine.models.beit3;

import com.google.gson.JsonObject;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// BEiT-3's files: one set of names, with the head of the task.
public final class Beit3Family implements Family {
    @Override
    public String id() {
        return "beit3";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(new Layout("BEiT-3",
                names -> names.contains("beit3.text_embed.weight") && names.contains("beit3.vision_embed.cls_token"),
                _ -> NameMap.of(), Beit3Config::complete));
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        return Beit3Model.of(config, Beit3Config.of(config), files);
    }
}
