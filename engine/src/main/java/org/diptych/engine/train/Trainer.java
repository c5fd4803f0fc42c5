package org.diptych.engine.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Follows;
import org.diptych.engine.model.Forwards;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.LossTerms;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.objective.Seeds;
import org.diptych.engine.work.Natives;

/// One optimiser step: forward, loss, backward, clip, AdamW, and what follows. Lane thread only.
final class Trainer {
    private static final double MEBIBYTE = 1 << 20;

    private final VisionLanguageModel model;
    private final FineTunePlan plan;
    private final Learner learner;
    private final List<Map<Objective, Double>> stages = new ArrayList<>();
    private Map<Objective, Double> objectives;
    private int stage;

    /// @throws EngineException when an objective does not fit the model, or nothing would learn
    Trainer(VisionLanguageModel model, FineTunePlan plan, NDManager scope) throws EngineException {
        this.model = model;
        this.plan = plan;
        for (FineTunePlan.Stage each : plan.course()) {
            Map<Objective, Double> all = new LinkedHashMap<>();
            for (Map.Entry<String, Double> wanted : each.objectives().entrySet()) {
                all.put(Objective.of(wanted.getKey(), model, plan), wanted.getValue());
            }
            stages.add(all);
        }
        objectives = stages.getFirst();
        learner = new Learner(model, plan, scope);
    }

    Learner learner() {
        return learner;
    }

    /// @return number of the present stage, from 0
    int stage() {
        return stage;
    }

    /// @param number of the stage that the next step belongs to
    /// @param anew   false to go on in the middle of it
    void enter(int number, boolean anew) {
        stage = number;
        objectives = stages.get(number);
        if (anew) {
            learner.begin(number);
        } else {
            learner.stage(number);
        }
    }

    /// @return those of a stage
    List<Objective> objectives(int number) {
        return List.copyOf(stages.get(number).keySet());
    }

    /// Learns from one batch. When the loss or the gradient is no number, the weights stay as they were, and `loss` or `grad_norm` says so.
    ///
    /// @param step  number of this step, from 1
    /// @param rate  learning rate of this step
    /// @param scope closed by the caller after the step
    /// @return what the log shows
    Map<String, Double> step(int step, double rate, Prepared prepared, NDManager scope) {
        JniUtils.setSeed(Seeds.mix(plan.seed(), step));
        learner.zeroGradients();
        Inputs base = model.batch(prepared.samples(), scope);
        Map<String, Double> values = new LinkedHashMap<>();
        long backward;
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray total = loss(prepared, base, scope, values);
            if (!Double.isFinite(values.get("loss"))) {
                return values;
            }
            backward = System.nanoTime();
            collector.backward(total);
        }
        values.put("rate", rate);
        values.put("grad_norm", (double) learner.update(step - plan.before(stage), rate));
        values.put("ms.backward", (System.nanoTime() - backward) / 1e6);
        if (model instanceof Follows follows) {
            learner.follow(follows.followed());
        }
        objectives.keySet().forEach(o -> o.afterStep(model));
        return values;
    }

    /// @return the weighted sum of all objectives, and for each what it cost: passes through stacks, time, and the memory that is held for the way back
    private NDArray loss(Prepared prepared, Inputs base, NDManager scope, Map<String, Double> values) {
        NDArray total = null;
        Forwards forwards = new Forwards();
        Pass pass = new Pass(true, true, forwards);
        double sum = 0;
        for (Map.Entry<Objective, Double> item : objectives.entrySet()) {
            Objective objective = item.getKey();
            long began = System.nanoTime();
            long held = Natives.allocated().orElse(0);
            LossTerms terms = objective.loss(model, pass,
                    objective.inputs(model, prepared.courses().get(objective), base, scope));
            NDArray part = Scalars.times(terms.total(), item.getValue());
            total = total == null ? part : total.add(part);
            double loss = terms.total().toFloatArray()[0];
            sum += loss * item.getValue();
            values.put("loss." + objective.name(), loss);
            values.putAll(terms.values());
            values.put("forwards." + objective.name(), forwards.take());
            values.put("ms." + objective.name(), (System.nanoTime() - began) / 1e6);
            if (Natives.allocated().isPresent()) {
                values.put("mib." + objective.name(), (Natives.allocated().getAsLong() - held) / MEBIBYTE);
            }
        }
        values.put("loss", objectives.size() == 1 ? (double) total.toFloatArray()[0] : sum);
        return total;
    }

    /// What a batch says, nothing learnt.
    ///
    /// @param loss  of the objective
    /// @param right how many of its `asked` guesses are right; 0 of 0 where there is no right or wrong
    record Judged(double loss, long right, long asked) {
    }

    Map<Objective, Judged> judge(Prepared prepared, Inputs base, NDManager scope) {
        Map<Objective, Judged> out = new LinkedHashMap<>();
        for (Objective objective : objectives.keySet()) {
            Inputs inputs = objective.inputs(model, prepared.courses().get(objective), base, scope);
            double loss = objective.loss(model, Pass.INFER, inputs).total().toFloatArray()[0];
            out.put(objective, objective.guess(model, inputs).map(guess -> judged(loss, guess))
                    .orElse(new Judged(loss, 0, 0)));
        }
        return out;
    }

    private static Judged judged(double loss, Guess guess) {
        long[] said = guess.logits().argMax(-1).toType(ai.djl.ndarray.types.DataType.INT64, false).toLongArray();
        long[] wanted = guess.labels().toLongArray();
        long right = 0;
        long asked = 0;
        for (int i = 0; i < wanted.length; i++) {
            asked += wanted[i] >= 0 ? 1 : 0;
            right += wanted[i] >= 0 && wanted[i] == said[i] ? 1 : 0;
        }
        return new Judged(loss, right, asked);
    }

    /// @return the objectives' weighted sum
    double total(Map<Objective, Judged> judged) {
        return objectives.entrySet().stream().mapToDouble(e -> e.getValue() * judged.get(e.getKey()).loss()).sum();
    }
}
