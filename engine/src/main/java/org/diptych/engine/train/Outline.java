package org.diptych.engine.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.model.Follows;
import org.diptych.engine.model.LearnsInStages;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Adapters;

/// How many numbers of a model a plan trains, part by part, against all that there are. Copies that follow and running statistics are no parameters.
public final class Outline {
    /// The part that low-rank changes are.
    private static final String LORA = "LoRA";

    private Outline() {
    }

    /// @param model its weights may be unset
    /// @throws EngineException when the plan names a part that the model does not have
    public static PlanOutline of(VisionLanguageModel model, FineTunePlan plan) throws EngineException {
        Set<String> weights = model.module().weights().keySet();
        PartNames.check(plan, weights);
        FineTunePlan.Lora lora = plan.lora();
        Adapters adapters = Adapters.attach(model.module(), lora::adapts, lora.rank(), lora.alpha());
        try {
            return new PlanOutline(course(model, plan),
                    model instanceof LearnsInStages staged ? stages(staged, weights) : Map.of());
        } finally {
            adapters.detach();
        }
    }

    /// A family's stages name what its models may have, as tables of positions or single heads; this one is trained by what it has.
    private static Map<String, FineTunePlan.Trains> stages(LearnsInStages staged, Set<String> weights) {
        Map<String, FineTunePlan.Trains> own = new LinkedHashMap<>(staged.stages());
        own.replaceAll((_, trains) -> new FineTunePlan.Trains(
                trains.parts().stream().filter(p -> PartNames.there(p, weights)).toList(), trains.frozen()));
        return own;
    }

    /// @param model with the plan's low-rank changes, if it has some
    static List<PlanOutline.Stage> course(VisionLanguageModel model, FineTunePlan plan) {
        Set<String> following = model instanceof Follows f ? f.followers() : Set.of();
        Map<String, Weight> weights = model.module().weights();
        Map<String, Double> factors = LayerRates.of(weights.keySet(), plan.optimizer().layerDecay());
        return plan.course().stream().map(stage -> {
            Map<String, PlanOutline.Part> parts = new LinkedHashMap<>();
            weights.forEach((name, weight) -> {
                if (weight.trainable() && !following.contains(name)) {
                    boolean own = Adapters.own(name);
                    long numbers = weight.shape().size();
                    double factor = factors.get(name);
                    String part = part(name);
                    parts.merge(part, plan.learns(name, own, stage)
                            ? new PlanOutline.Part(part, numbers, numbers, factor, factor)
                            : new PlanOutline.Part(part, 0, numbers, 1, 1), Outline::both);
                }
            });
            return new PlanOutline.Stage(plan.stages().isEmpty() ? "" : stage.name(),
                    List.copyOf(parts.values()));
        }).toList();
    }

    /// @return the part of the model that a weight belongs to
    static String part(String weight) {
        return Adapters.own(weight) ? LORA : weight.split("\\.")[0];
    }

    /// What does not learn has no rate.
    private static PlanOutline.Part both(PlanOutline.Part one, PlanOutline.Part other) {
        PlanOutline.Part known = one.trainable() > 0 ? one : other;
        PlanOutline.Part more = other.trainable() > 0 ? other : known;
        return new PlanOutline.Part(one.name(), one.trainable() + other.trainable(), one.total() + other.total(),
                Math.min(known.slowest(), more.slowest()), Math.max(known.fastest(), more.fastest()));
    }
}
