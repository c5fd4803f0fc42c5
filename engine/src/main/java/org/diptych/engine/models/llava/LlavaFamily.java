package org.diptych.engine.models.llava;

import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.rename;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// LLaVA's file layouts. The model's own names are Hugging Face's; a projector of one matrix, which Hugging Face does not have, is called `multi_modal_projector.linear_1`
/// alone.
public final class LlavaFamily implements Family {
    private static final List<NameMap.Rule> COUNTED = List.of(
            drop(".*\\.position_ids", "checkpoint.drop.positions"),
            drop(".*rotary_emb\\.inv_freq", "checkpoint.drop.positions"));

    @Override
    public String id() {
        return "llava";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout("Hugging Face",
                        names -> names.contains("multi_modal_projector.linear_1.weight")
                                && names.contains("language_model.model.embed_tokens.weight"),
                        _ -> rules(), (shapes, config) -> LlavaConfig.complete(shapes, config,
                                LlavaConfig.Places.HUGGING_FACE)),
                new Layout("Hugging Face 4.52",
                        names -> names.contains("model.multi_modal_projector.linear_1.weight")
                                && names.contains("model.language_model.embed_tokens.weight"),
                        _ -> rules(rename("model\\.language_model\\.(.*)", "language_model.model.$1"),
                                rename("lm_head\\.(.*)", "language_model.lm_head.$1"),
                                rename("model\\.(vision_tower|multi_modal_projector)\\.(.*)", "$1.$2")),
                        (shapes, config) -> LlavaConfig.complete(shapes, config, LlavaConfig.Places.NEWER)),
                new Layout("LLaVA",
                        names -> projector(names) && names.contains("model.embed_tokens.weight")
                                && names.contains("model.norm.weight"),
                        _ -> rules(original()),
                        (shapes, config) -> LlavaConfig.complete(shapes, config, LlavaConfig.Places.ORIGINAL)),
                new Layout("LLaVA, projector only", LlavaFamily::projector, _ -> rules(original()),
                        (shapes, config) -> LlavaConfig.complete(shapes, config, LlavaConfig.Places.ORIGINAL)));
    }

    private static boolean projector(Set<String> names) {
        return names.stream().anyMatch(n -> n.matches("(.*\\.)?mm_projector\\.(0\\.)?weight"));
    }

    private static NameMap rules(NameMap.Rule... more) {
        return NameMap.of(java.util.stream.Stream.concat(COUNTED.stream(), List.of(more).stream()).toList());
    }

    private static NameMap.Rule[] original() {
        return new NameMap.Rule[]{drop("model\\.image_newline", "checkpoint.drop.newline"),
                rename("(?:.*\\.)?mm_projector\\.(weight|bias)", "multi_modal_projector.linear_1.$1"),
                rename("(?:.*\\.)?mm_projector\\.0\\.(weight|bias)", "multi_modal_projector.linear_1.$1"),
                rename("(?:.*\\.)?mm_projector\\.2\\.(weight|bias)", "multi_modal_projector.linear_2.$1"),
                rename("(?:.*\\.)?mm_projector\\.4\\.(weight|bias)", "multi_modal_projector.linear_3.$1"),
                rename("model\\.vision_tower\\.vision_tower\\.(.*)", "vision_tower.$1"),
                rename("(model\\.(?:embed_tokens|norm|layers)\\..*)", "language_model.$1"),
                rename("lm_head\\.(.*)", "language_model.lm_head.$1")};
    }

    @Override
    public boolean keepsHalf(String weight) {
        return weight.startsWith("language_model.");
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        LlavaConfig facts = LlavaConfig.of(config);
        return new LlavaModel(config, facts, LlavaReader.of(facts, config, files));
    }
}
