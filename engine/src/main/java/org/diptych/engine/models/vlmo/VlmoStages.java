package org.diptych.engine.models.vlmo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.FineTunePlan.Trains;

/// What each stage teaches (section 3.3): pictures first; then words, with attention and what is the picture's own left as it is; then pairs. The code of the second
/// stage also teaches the common bias table and the last norm, which the paper does not say (microsoft/unilm `vlmo/run.py`).
final class VlmoStages {
    private VlmoStages() {
    }

    static Map<String, Trains> of(int layers) {
        List<String> picture = new ArrayList<>(List.of("transformer.cls_token", "transformer.pos_embed",
                "transformer.patch_embed", "transformer.norm", "relative_position_bias_table"));
        List<String> text = new ArrayList<>(List.of("text_embeddings", "token_type_embeddings", "mlm_score",
                "relative_position_bias_table", "transformer.norm"));
        for (int i = 0; i < layers; i++) {
            String block = "transformer.blocks." + i + ".";
            for (String part : List.of("norm1", "attn", "gamma_1", "gamma_2", "norm2_imag", "mlp_imag")) {
                picture.add(block + part);
            }
            text.addAll(List.of(block + "norm2_text", block + "mlp_text"));
        }
        Map<String, Trains> stages = new LinkedHashMap<>();
        stages.put("vision", new Trains(picture, List.of()));
        stages.put("language", new Trains(text, List.of()));
        stages.put("pairs", new Trains(List.of(), List.of()));
        return stages;
    }
}
