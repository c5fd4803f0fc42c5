package org.diptych.engine.models.clip;

import static org.diptych.engine.checkpoint.NameMap.numbers;
import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.rename;
import static org.diptych.engine.checkpoint.NameMap.split;
import static org.diptych.engine.checkpoint.NameMap.transpose;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// CLIP's file layouts. The model's own names are Hugging Face's; a ResNet tower, which Hugging Face does not have, keeps the original's.
public final class ClipFamily implements Family {
    private static final NameMap.Rule POSITIONS = drop(".*\\.position_ids", "checkpoint.drop.positions");

    @Override
    public String id() {
        return "clip";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout("Hugging Face", ClipFamily::huggingFace, config -> NameMap.of(POSITIONS),
                        ClipConfig::completeHuggingFace),
                new Layout("OpenAI", ClipFamily::openAi,
                        config -> NameMap.of(openAiRules(config.getAsJsonObject("vision_config").has("depths"))),
                        (shapes, config) -> ClipConfig.fromOpenAi(shapes)));
    }

    private static boolean huggingFace(Set<String> names) {
        return names.contains("text_model.embeddings.token_embedding.weight")
                && names.contains("vision_model.embeddings.class_embedding")
                && names.contains("visual_projection.weight");
    }

    private static boolean openAi(Set<String> names) {
        return names.contains("token_embedding.weight") && names.contains("text_projection")
                && (names.contains("visual.proj") || names.contains("visual.attnpool.positional_embedding"));
    }

    private static List<NameMap.Rule> openAiRules(boolean resNet) {
        List<NameMap.Rule> rules = new ArrayList<>();
        rules.add(drop("input_resolution|context_length|vocab_size", "checkpoint.drop.shapes"));
        rules.add(drop("visual\\..*\\.num_batches_tracked", "checkpoint.drop.training"));
        rules.add(transpose("text_projection", "text_projection.weight"));
        rules.add(rename("token_embedding\\.weight", "text_model.embeddings.token_embedding.weight"));
        rules.add(rename("positional_embedding", "text_model.embeddings.position_embedding.weight"));
        rules.add(rename("ln_final\\.(.*)", "text_model.final_layer_norm.$1"));
        block(rules, "transformer", "text_model");
        rules.add(transpose("visual\\.proj", "visual_projection.weight"));
        rules.add(rename("visual\\.class_embedding", "vision_model.embeddings.class_embedding"));
        if (!resNet) { // a ResNet tower keeps the original's names
            rules.add(rename("visual\\.conv1\\.weight", "vision_model.embeddings.patch_embedding.weight"));
        }
        rules.add(rename("visual\\.positional_embedding", "vision_model.embeddings.position_embedding.weight"));
        block(rules, "visual.transformer", "vision_model");
        rules.add(rename("visual\\.ln_pre\\.(.*)", "vision_model.pre_layrnorm.$1"));
        rules.add(rename("visual\\.ln_post\\.(.*)", "vision_model.post_layernorm.$1"));
        return rules;
    }

    private static void block(List<NameMap.Rule> rules, String from, String to) {
        String source = from.replace(".", "\\.") + "\\.resblocks\\.(\\d+)\\.";
        String target = to + ".encoder.layers.$1.";
        for (String kind : List.of("weight", "bias")) {
            rules.add(split(source + "attn\\.in_proj_" + kind, 0, target + "self_attn.q_proj." + kind,
                    target + "self_attn.k_proj." + kind,
                    target + "self_attn.v_proj." + kind));
        }
        rules.add(rename(source + "attn\\.out_proj\\.(.*)", target + "self_attn.out_proj.$2"));
        rules.add(rename(source + "ln_([12])\\.(.*)", target + "layer_norm$2.$3"));
        rules.add(rename(source + "mlp\\.c_fc\\.(.*)", target + "mlp.fc1.$2"));
        rules.add(rename(source + "mlp\\.c_proj\\.(.*)", target + "mlp.fc2.$2"));
    }

    @Override
    public NameMap outward(JsonObject config) {
        return config.getAsJsonObject("vision_config").has("depths") ? NameMap.of() : NameMap.of(numbers());
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        return new ClipModel(config, ClipConfig.of(config), ClipReader.of(ClipConfig.of(config), files));
    }
}
