package org.diptych.engine.models.vlmo;

import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.grow;
import static org.diptych.engine.checkpoint.NameMap.join;
import static org.diptych.engine.checkpoint.NameMap.rename;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// VLMo's own files, and those of BEiT, from which its first stage starts (microsoft/unilm `vlmo/vlmo/modules/vlmo_module.py`, `convert_to_textpt_ckpt`).
public final class VlmoFamily implements Family {
    private static final String TABLE = "relative_position_bias_table";

    @Override
    public String id() {
        return "vlmo";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout("VLMo",
                        names -> names.contains("transformer.blocks.0.mlp_imag.fc1.weight")
                                && names.contains("text_embeddings.word_embeddings.weight"),
                        _ -> NameMap.of(drop(".*\\.position_ids", "checkpoint.drop.positions"),
                                drop("(text_|text_imag_)?relative_position_index", "checkpoint.drop.shapes")),
                        (shapes, config) -> VlmoConfig.complete(shapes, config, VlmoConfig.Places.ORIGINAL)),
                new Layout("BEiT",
                        names -> names.contains("blocks.0.attn." + TABLE) && names.contains("blocks.0.mlp.fc1.weight")
                                && names.contains("patch_embed.proj.weight"),
                        config -> NameMap.of(beit(config)),
                        (shapes, config) -> VlmoConfig.complete(shapes, config, VlmoConfig.Places.BEIT), true));
    }

    /// A vision transformer becomes the expert for pictures; its layers' own bias tables stand side by side in the common one, of which they are the first rows.
    private static List<NameMap.Rule> beit(JsonObject json) {
        VlmoConfig config;
        try {
            config = VlmoConfig.of(json);
        } catch (EngineException e) {
            throw new IllegalArgumentException(e); // the same configuration makes the model
        }
        List<NameMap.Rule> rules = new ArrayList<>();
        rules.add(drop("blocks\\.\\d+\\.attn\\.relative_position_index", "checkpoint.drop.shapes"));
        rules.add(drop("(fc_norm|head)\\..*", "checkpoint.drop.labels")); // of the labels that it was fine-tuned on
        rules.add(join(TABLE, 1, IntStream.range(0, config.layers())
                .mapToObj(i -> "blocks\\." + i + "\\.attn\\." + TABLE).toArray(String[]::new)));
        rules.add(grow(TABLE, config.pictureBiases(), config.biases()));
        rules.add(rename("(blocks\\.\\d+\\.)(mlp|norm2)\\.(.*)", "transformer.$1$2_imag.$3"));
        rules.add(rename("((?:blocks|patch_embed|norm)\\..*|cls_token)", "transformer.$1"));
        return rules;
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        return VlmoModel.of(config, VlmoConfig.of(config), files);
    }
}
