package org.diptych.engine.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.model.Follows;
import org.diptych.engine.model.LearnsInStages;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.Adapters;

/// How many numbers of a model a plan trains, part by part, against all that there are. Copies that follow and running statistics are no parameters.
public final class Outline {
    /// The part that low-rank changes are.
    private static final String LORA = "LoRA";

    private Outline() {
    }

    /// @param model its weights may be unset
    public static PlanOutline of(VisionLanguageModel model, FineTunePlan plan) {
        FineTunePlan.Lora lora = plan.lora();
        Adapters adapters = Adapters.attach(model.module(), lora::adapts, lora.rank(), lora.alpha());
        try {
            return new PlanOutline(course(model, plan),
                    model instanceof LearnsInStages staged ? staged.stages() : Map.of());
        } finally {
            adapters.detach();
        }
    }

    /// @param model with the plan's low-rank changes, if it has some
    static List<PlanOutline.Stage> course(VisionLanguageModel model, FineTunePlan plan) {
        Set<String> following = model instanceof Follows f ? f.followers() : Set.of();
        return plan.course().stream().map(stage -> {
            Map<String, long[]> parts = new LinkedHashMap<>(); // trainable, total
            model.module().weights().forEach((name, weight) -> {
                if (weight.trainable() && !following.contains(name)) {
                    boolean own = Adapters.own(name);
                    long[] counts = parts.computeIfAbsent(own ? LORA : name.split("\\.")[0], _ -> new long[2]);
                    counts[0] += plan.learns(name, own, stage) ? weight.shape().size() : 0;
                    counts[1] += weight.shape().size();
                }
            });
            List<PlanOutline.Part> all = new ArrayList<>();
            parts.forEach((name, counts) -> all.add(new PlanOutline.Part(name, counts[0], counts[1])));
            return new PlanOutline.Stage(plan.stages().isEmpty() ? "" : stage.name(), all);
        }).toList();
    }
}
