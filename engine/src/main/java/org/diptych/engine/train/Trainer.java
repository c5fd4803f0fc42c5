package org.diptych.engine.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.LossTerms;
import org.diptych.engine.objective.Objective;

/// One optimiser step: forward, loss, backward, clip, AdamW. Lane thread only.
final class Trainer {
    private final VisionLanguageModel model;
    private final FineTunePlan plan;
    private final Learner learner;
    private final Map<Objective, Double> objectives = new LinkedHashMap<>();

    /// @throws EngineException when an objective does not fit the model, or nothing would learn
    Trainer(VisionLanguageModel model, FineTunePlan plan, NDManager scope) throws EngineException {
        this.model = model;
        this.plan = plan;
        for (Map.Entry<String, Double> wanted : plan.objectives().entrySet()) {
            Objective objective = Objective.named(wanted.getKey());
            if (!objective.fits(model)) {
                throw new EngineException("train.fit", model.family(), wanted.getKey());
            }
            objectives.put(objective, wanted.getValue());
        }
        learner = new Learner(model.module().weights(), plan, scope);
    }

    Learner learner() {
        return learner;
    }

    /// Learns from one batch. When the loss or the gradient is no number, the weights stay as they were, and `loss` or `grad_norm` says so.
    ///
    /// @param step  number of this step, from 1
    /// @param rate  learning rate of this step
    /// @param scope closed by the caller after the step
    /// @return what the log shows
    Map<String, Double> step(int step, double rate, List<Encoded> samples, NDManager scope) {
        JniUtils.setSeed(Draw.mix(plan.seed(), step));
        learner.zeroGradients();
        Inputs inputs = model.batch(samples, scope);
        Map<String, Double> values = new LinkedHashMap<>();
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray total = loss(inputs, Pass.TRAIN, "", values);
            if (!Double.isFinite(values.get("loss"))) {
                return values;
            }
            collector.backward(total);
        }
        values.put("rate", rate);
        values.put("grad_norm", (double) learner.update(step, rate));
        objectives.keySet().forEach(o -> o.afterStep(model));
        return values;
    }

    /// @param prefix put before every name in `values`
    /// @return the weighted sum of all objectives
    private NDArray loss(Inputs inputs, Pass pass, String prefix, Map<String, Double> values) {
        NDArray total = null;
        for (Map.Entry<Objective, Double> item : objectives.entrySet()) {
            LossTerms terms = item.getKey().loss(model, pass, inputs);
            NDArray part = terms.total().mul(item.getValue().floatValue()); // a double would make it 64 bits wide
            total = total == null ? part : total.add(part);
            values.put(prefix + "loss." + item.getKey().name(), (double) terms.total().toFloatArray()[0]);
            terms.values().forEach((name, value) -> values.put(prefix + name, value));
        }
        values.put(prefix + "loss", (double) total.toFloatArray()[0]);
        return total;
    }

    /// @return the weighted sum of all objectives on a batch, nothing learnt
    double validationLoss(List<Encoded> samples, NDManager scope) {
        Map<String, Double> values = new LinkedHashMap<>();
        loss(model.batch(samples, scope), Pass.INFER, "", values);
        return values.get("loss");
    }
}
