package org.diptych.engine.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.StepCost;
import org.diptych.engine.kernel.Mixed;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Follows;
import org.diptych.engine.model.Forwards;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Segments;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.LossTerms;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.objective.Seeds;
import org.diptych.engine.work.Natives;

/// One optimiser step: forward, loss, backward, clip, AdamW, and what follows. It alone computes in the plan's precision: what a run is judged by is in 32 bits, so that runs compare. Lane thread only.
final class Trainer {
    private static final double MEBIBYTE = 1 << 20;
    private static final int STACKS_EVERY = 10;
    private static final long DRAW = -2;

    private final VisionLanguageModel model;
    private final FineTunePlan plan;
    private final Learner learner;
    private final Changes changes;
    private final NDManager scope;
    /// What a plan or a person wants -> the same in this model's terms. Read from any thread.
    private final Map<Map<String, Double>, Map<Objective, Double>> mixes = new ConcurrentHashMap<>();
    private Map<Objective, Double> objectives;
    private int stage;

    /// @throws EngineException when an objective does not fit the model or nothing would learn
    Trainer(VisionLanguageModel model, FineTunePlan plan, NDManager scope) throws EngineException {
        this(model, plan, Changes.none(plan), scope);
    }

    /// @param changes of what the steps learn by
    Trainer(VisionLanguageModel model, FineTunePlan plan, Changes changes, NDManager scope) throws EngineException {
        this.model = model;
        this.plan = plan;
        this.changes = changes;
        this.scope = scope;
        for (FineTunePlan.Stage each : plan.course()) {
            know(each.objectives(), plan);
        }
        for (Map<String, Double> mix : changes.mixes()) {
            know(mix);
        }
        objectives = mixes.get(plan.course().getFirst().objectives());
        learner = new Learner(model, plan, scope);
    }

    /// Makes ready what a step is to learn by.
    ///
    /// @throws EngineException when an objective does not fit the model
    void know(Map<String, Double> mix) throws EngineException {
        know(mix, plan.withObjectives(mix));
    }

    private void know(Map<String, Double> mix, FineTunePlan of) throws EngineException {
        if (mixes.containsKey(mix)) {
            return;
        }
        Map<Objective, Double> all = new LinkedHashMap<>();
        for (Map.Entry<String, Double> wanted : mix.entrySet()) {
            all.put(Objective.of(wanted.getKey(), model, of, scope), wanted.getValue());
        }
        mixes.put(mix, all);
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
        objectives = mixes.get(plan.course().get(number).objectives());
        if (anew) {
            learner.begin(number);
        } else {
            learner.stage(number);
        }
    }

    /// Goes on by what a step of the present stage learns by.
    ///
    /// @return true when that is something else than before
    boolean mix(int step) {
        Map<Objective, Double> before = objectives;
        objectives = mixes.get(changes.objectives(step));
        return objectives != before;
    }

    /// @return those of the present step
    List<Objective> objectives() {
        return List.copyOf(objectives.keySet());
    }

    /// @return those of a stage, as the plan has them
    List<Objective> objectives(int number) {
        return List.copyOf(mixes.get(plan.course().get(number).objectives()).keySet());
    }

    /// @return those of a stage that one of its steps may learn by
    List<List<Objective>> together(int number) {
        List<Objective> all = objectives(number);
        return plan.lessons().one() ? all.stream().map(List::of).toList() : List.of(all);
    }

    /// @return those that a step learns by
    List<Objective> learntBy(int step) {
        Map<Objective, Double> mix = mixes.get(changes.objectives(step));
        return plan.lessons().one() ? List.of(drawn(mix, step)) : List.copyOf(mix.keySet());
    }

    /// By the weights. A function of seed and step, so that a resumed run draws the same.
    private Objective drawn(Map<Objective, Double> mix, int step) {
        List<Objective> all = mix.keySet().stream().sorted(Comparator.comparing(Objective::name)).toList();
        double place = new SplittableRandom(Seeds.mix(Seeds.mix(plan.seed(), step), DRAW)).nextDouble()
                * mix.values().stream().mapToDouble(Double::doubleValue).sum();
        for (Objective each : all) {
            place -= mix.get(each);
            if (place < 0) {
                return each;
            }
        }
        return all.getLast();
    }

    /// Learns from one batch, part by part where the plan divides it. When the loss or the gradient is no number, the weights stay as they were, and `loss` or `grad_norm` says so.
    ///
    /// @param step  number of this step, from 1
    /// @param rate  learning rate of this step
    /// @param scope closed by the caller after the step
    /// @return what the log shows
    Map<String, Double> step(int step, double rate, Prepared prepared, NDManager scope) {
        return Mixed.in(plan.mixed(), () -> learn(step, rate, prepared, scope));
    }

    private Map<String, Double> learn(int step, double rate, Prepared prepared, NDManager scope) {
        JniUtils.setSeed(Seeds.mix(plan.seed(), step));
        learner.zeroGradients();
        StepValues values = new StepValues();
        int micro = 0;
        for (Prepared part : prepared.parts(plan.accumulate())) {
            Optional<Tape> tape = tape(step, micro++);
            try (NDManager now = scope.newSubManager()) {
                Inputs base = model.batch(part.samples(), now);
                try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                    Optional<NDArray> total = loss(step, prepared, part, base, now, values, segments(tape));
                    if (!Double.isFinite(values.get("loss"))) {
                        return values.all();
                    }
                    long began = System.nanoTime();
                    total.ifPresent(
                            loss -> tape.ifPresentOrElse(t -> t.backward(loss), () -> collector.backward(loss)));
                    values.add("ms.backward", (System.nanoTime() - began) / 1e6);
                }
                if (model instanceof Follows follows) { // a copy takes its step and a queue its features with every forward pass, as in the published code
                    learner.follow(follows.followed());
                }
            }
        }
        long began = System.nanoTime();
        values.set("rate", rate);
        values.set("grad_norm", learner.update(step - plan.before(stage), rate));
        values.add("ms.backward", (System.nanoTime() - began) / 1e6);
        objectives.keySet().forEach(o -> o.afterStep(model));
        return values.all();
    }

    private Optional<Tape> tape(int step, int micro) {
        return plan.checkpointing()
                ? Optional.of(new Tape(Seeds.mix(Seeds.mix(plan.seed(), step), micro)))
                : Optional.empty();
    }

    private static Segments segments(Optional<Tape> tape) {
        return tape.isPresent() ? tape.get() : Segments.NONE;
    }

    /// Goes through a micro-batch as a step does, up to its loss; nothing is learnt.
    ///
    /// @return bytes of memory that are held when the way back would begin, where the platform tells; with gradient checkpointing also what one segment holds when it has run again
    OptionalLong held(Prepared part, NDManager scope) {
        return Mixed.in(plan.mixed(), () -> tried(part, scope));
    }

    private OptionalLong tried(Prepared part, NDManager scope) {
        JniUtils.setSeed(plan.seed());
        OptionalLong before = Natives.allocated();
        Optional<Tape> tape = tape(1, 0);
        try (NDManager now = scope.newSubManager()) {
            Inputs base = model.batch(part.samples(), now);
            try (GradientCollector _ = Engine.getInstance().newGradientCollector()) {
                loss(1, part, part, base, now, new StepValues(), segments(tape));
                OptionalLong after = Natives.allocated();
                if (model instanceof Follows follows) {
                    follows.followed(); // it waits for whoever asked for a training pass
                }
                if (before.isEmpty() || after.isEmpty()) {
                    return OptionalLong.empty();
                }
                long again = tape.map(t -> t.most(() -> Natives.allocated().orElse(0))).orElse(0L);
                return OptionalLong.of(Math.max(0, after.getAsLong() - before.getAsLong()) + again);
            }
        }
    }

    /// @return the part's share in the weighted sum of all its objectives, and for each what it cost: passes through stacks, time, and the memory that is held for the way back; none where it is asked nothing
    private Optional<NDArray> loss(int step, Prepared whole, Prepared part, Inputs base, NDManager scope,
            StepValues values,
            Segments segments) {
        NDArray total = null;
        Forwards forwards = new Forwards();
        Pass pass = new Pass(true, true, forwards, segments);
        double sum = 0;
        for (Map.Entry<Objective, Double> item : objectives.entrySet()) {
            Objective objective = item.getKey();
            if (!whole.courses().containsKey(objective)) { // another was drawn
                continue;
            }
            double weight = plan.lessons().one() ? 1 : item.getValue(); // it was drawn by it
            double share = whole.share(objective, part);
            if (share == 0) { // none of its words is hidden here
                continue;
            }
            long began = System.nanoTime();
            long held = Natives.allocated().orElse(0);
            LossTerms terms = objective.loss(model, pass,
                    objective.inputs(model, part.courses().get(objective), base, scope));
            NDArray weighted = Scalars.times(terms.total(), weight * share);
            total = total == null ? weighted : total.add(weighted);
            double loss = terms.total().toFloatArray()[0] * share;
            sum += loss * weight;
            values.add("loss." + objective.name(), loss);
            values.set(terms.values());
            forwards(step, objective.name(), forwards.take(), values);
            values.add("ms." + objective.name(), (System.nanoTime() - began) / 1e6);
            if (Natives.allocated().isPresent()) {
                values.most("mib." + objective.name(), (Natives.allocated().getAsLong() - held) / MEBIBYTE);
            }
        }
        values.add("loss", total != null && whole.courses().size() == 1 ? total.toFloatArray()[0] : sum);
        return Optional.ofNullable(total);
    }

    /// The whole at every step; through which stacks they went hardly changes, so it is told now and then.
    private void forwards(int step, String objective, Map<String, Double> stacks, StepValues values) {
        values.add("forwards." + objective, stacks.values().stream().mapToDouble(Double::doubleValue).sum());
        if ((step - 1) % STACKS_EVERY == 0) {
            stacks.forEach((name, passes) -> values.add(
                    StepCost.stack(objective, model instanceof Follows f && f.follows(name), name), passes));
        }
    }

    /// How many of the `asked` guesses of a batch are right; 0 of 0 where there is no right or wrong.
    record Score(long right, long asked) {
        private static final Score NONE = new Score(0, 0);

        private static Score of(Guess guess) {
            long[] said = guess.logits().argMax(-1).toType(ai.djl.ndarray.types.DataType.INT64, false).toLongArray();
            long[] wanted = guess.labels().toLongArray();
            long right = 0;
            long asked = 0;
            for (int i = 0; i < wanted.length; i++) {
                asked += wanted[i] >= 0 ? 1 : 0;
                right += wanted[i] >= 0 && wanted[i] == said[i] ? 1 : 0;
            }
            return new Score(right, asked);
        }
    }

    /// What a batch says, nothing learnt.
    ///
    /// @param loss of the objective
    record Judged(double loss, Score score) {
    }

    Map<Objective, Judged> judge(Prepared prepared, Inputs base, NDManager scope) {
        Map<Objective, Judged> out = new LinkedHashMap<>();
        for (Objective objective : objectives.keySet()) {
            Inputs inputs = objective.inputs(model, prepared.courses().get(objective), base, scope);
            double loss = objective.loss(model, Pass.INFER, inputs).total().toFloatArray()[0];
            out.put(objective, new Judged(loss, score(objective, inputs)));
        }
        return out;
    }

    /// As [#judge], for the objectives that the batch was prepared for, and without their losses.
    Map<Objective, Score> scores(Prepared prepared, Inputs base, NDManager scope) {
        Map<Objective, Score> out = new LinkedHashMap<>();
        prepared.courses().forEach((objective, course) -> out.put(objective,
                score(objective, objective.inputs(model, course, base, scope))));
        return out;
    }

    private Score score(Objective objective, Inputs inputs) {
        return objective.guess(model, inputs).map(Score::of).orElse(Score.NONE);
    }

    /// @return the objectives' weighted sum
    double total(Map<Objective, Judged> judged) {
        return objectives.entrySet().stream().mapToDouble(e -> e.getValue() * judged.get(e.getKey()).loss()).sum();
    }
}
