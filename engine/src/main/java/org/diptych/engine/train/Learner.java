package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Spread;
import org.diptych.engine.kernel.AdamWKernel;
import org.diptych.engine.kernel.NormKernel;
import org.diptych.engine.model.Follows;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Adapters;

/// The weights that learn in any stage, as copies in the run's scope, with AdamW's moments; those of the present stage move. The base weights are never written: they may be a file's own pages.
final class Learner {
    /// What moves in one call.
    ///
    /// @param factor of the learning rate
    /// @param before steps of the stage that were done before the moments began
    private record Group(boolean decays, double factor, int before) {
    }

    /// One weight that learns: what it was, what it is, and both moments.
    private static final class Slot {
        final String name;
        final Weight weight;
        final NDArray base;
        NDArray value;
        NDArray first;
        NDArray second;
        final double factor;
        int before;
        /// A loss has moved it: from then on the optimiser moves it at every step, also at one whose losses do not touch it.
        boolean touched;
        boolean active = true;

        /// @param factor of the learning rate
        Slot(String name, Weight weight, double factor, NDManager scope) {
            this.name = name;
            this.weight = weight;
            this.factor = factor;
            base = weight.get();
            value = copy(base, scope);
            first = scope.zeros(base.getShape());
            second = scope.zeros(base.getShape());
            learns();
        }

        Group group() {
            return new Group(decays(weight), factor, before);
        }

        private void learns() {
            value.setRequiresGradient(active);
            weight.set(value);
        }

        /// @param learns whether gradients move it from now on
        void turn(boolean learns) {
            active = learns;
            value.setRequiresGradient(learns);
        }

        void forget() {
            first.muli(0);
            second.muli(0);
            before = 0;
        }

        /// Goes on from copies of these.
        void take(NDArray newValue, NDArray newFirst, NDArray newSecond, NDManager scope) {
            List<NDArray> old = List.of(value, first, second);
            value = copy(newValue, scope);
            first = copy(newFirst, scope);
            second = copy(newSecond, scope);
            learns();
            old.forEach(NDArray::close);
        }
    }

    /// One weight that no gradient of this run moves: what it was, and what it is.
    private static final class Copied {
        final Weight weight;
        final NDArray base;
        NDArray value;

        /// @param begins what it is at first, copied
        Copied(Weight weight, NDArray begins, NDManager scope) {
            this.weight = weight;
            base = weight.get();
            value = copy(begins, scope);
            weight.set(value);
        }

        void take(NDArray other, NDManager scope) {
            NDArray old = value;
            value = copy(other, scope);
            weight.set(value);
            old.close();
        }
    }

    private final FineTunePlan plan;
    private final NDManager scope;
    private final Map<String, Weight> weights;
    private final Map<String, Copied> followers = new LinkedHashMap<>();
    /// What a run learnt that this one branched from, and this one leaves as it is.
    private final Map<String, Copied> held = new LinkedHashMap<>();
    private final List<Slot> slots = new ArrayList<>();
    private final AdamWKernel decaying;
    private final AdamWKernel plain;
    private final NDArray step;
    private final NDArray rate;
    private final NDArray largestNorm;
    private final boolean clips;
    private boolean counts;
    private Map<String, Spread.Bins> counted = Map.of();

    /// @param scope the run's
    /// @throws EngineException when nothing would learn
    Learner(VisionLanguageModel model, FineTunePlan plan, NDManager scope) throws EngineException {
        this(model.module().weights(), model instanceof Follows f ? f.followers() : Set.of(), plan, scope);
    }

    /// @param following names of weights that no gradient moves but every step does
    Learner(Map<String, Weight> weights, Set<String> following, FineTunePlan plan, NDManager scope)
            throws EngineException {
        this.plan = plan;
        this.scope = scope;
        this.weights = weights;
        Map<String, Double> factors = LayerRates.of(weights.keySet(), plan.optimizer().layerDecay());
        weights.forEach((name, weight) -> {
            if (following.contains(name)) {
                followers.put(name, new Copied(weight, weight.get(), scope));
            } else if (weight.trainable() && plan.course().stream().anyMatch(stage -> learns(name, stage))) {
                slots.add(new Slot(name, weight, factors.get(name), scope));
            }
        });
        for (FineTunePlan.Stage stage : plan.course()) {
            if (slots.stream().noneMatch(s -> learns(s.name, stage))) {
                List<String> parts = stage.trains().parts();
                throw new EngineException("train.nothing", String.join(", ",
                        parts.isEmpty() ? weights.keySet().stream().map(Outline::part).distinct().toList() : parts));
            }
        }
        stage(0);
        FineTunePlan.Optimizer o = plan.optimizer();
        decaying = new AdamWKernel(o.beta1(), o.beta2(), o.epsilon(), o.weightDecay());
        plain = new AdamWKernel(o.beta1(), o.beta2(), o.epsilon(), 0);
        step = scope.create(0f);
        rate = scope.create(0f);
        clips = o.clipNorm() > 0;
        largestNorm = scope.create((float) o.clipNorm());
    }

    private boolean learns(String name, FineTunePlan.Stage stage) {
        return plan.learns(name, Adapters.own(name), stage);
    }

    /// From now on the weights of that stage learn, with moments as they are.
    ///
    /// @param number of the stage, from 0
    void stage(int number) {
        FineTunePlan.Stage stage = plan.course().get(number);
        slots.forEach(s -> s.turn(learns(s.name, stage)));
    }

    /// As [#stage], with an optimiser that knows nothing yet.
    void begin(int number) {
        stage(number);
        slots.forEach(Slot::forget);
    }

    private List<Slot> active() {
        return slots.stream().filter(s -> s.active).toList();
    }

    /// Gains, biases, single vectors and the temperature never decay: only what multiplies does.
    private static boolean decays(Weight weight) {
        return weight.shape().dimension() > 1;
    }

    /// @return how many numbers learn
    long numbers() {
        return slots.stream().mapToLong(s -> s.weight.shape().size()).sum();
    }

    void zeroGradients() {
        active().forEach(s -> JniUtils.zeroGrad((PtNDArray) s.value));
    }

    /// The next step's gradients are counted, for [#spread].
    void count() {
        counts = true;
    }

    /// @return how large all is now that learns in any stage, with the gradients of the last step if they were counted
    Spread spread(int number, double seconds) {
        Map<String, NDArray> values = new LinkedHashMap<>();
        slots.forEach(s -> values.put(s.name, s.value));
        Map<String, Spread.Part> parts = new LinkedHashMap<>();
        Spreads.of(step, Spread.Scale.WEIGHTS, values).forEach((part, bins) -> parts.put(part,
                new Spread.Part(bins, counted.getOrDefault(part, Spread.Bins.NONE))));
        counted = Map.of();
        return new Spread(number, seconds, parts);
    }

    /// Applies one optimiser step from the gradients that lie on the weights.
    ///
    /// @param number of this step within its stage, from 1
    /// @return the gradients' global norm before clipping
    float update(int number, double learningRate) {
        Map<Slot, NDArray> gradients = new LinkedHashMap<>();
        for (Slot s : active()) { // what no loss has touched yet has none, and stays as it is
            NDArray gradient = JniUtils.getGradient((PtNDArray) s.value);
            s.touched |= gradient != null;
            if (s.touched) {
                gradients.put(s, gradient == null ? s.value.zerosLike() : gradient); // a run that goes on
            }
        }
        try {
            if (counts) {
                Map<String, NDArray> named = new LinkedHashMap<>();
                gradients.forEach((slot, gradient) -> named.put(slot.name, gradient));
                counted = Spreads.of(step, Spread.Scale.GRADIENTS, named);
                counts = false;
            }
            List<NDArray> all = List.copyOf(gradients.values());
            float norm = clips ? NormKernel.clip(largestNorm, all) : NormKernel.norm(largestNorm, all);
            if (Float.isFinite(norm)) {
                gradients.keySet().stream().collect(Collectors.groupingBy(Slot::group)).forEach((group, members) -> {
                    step.muli(0).addi(number - group.before);
                    rate.muli(0).addi(learningRate * group.factor);
                    (group.decays ? decaying : plain).step(step, rate, members.stream().map(s -> s.value).toList(),
                            members.stream().map(gradients::get).toList(),
                            members.stream().map(s -> s.first).toList(), members.stream().map(s -> s.second).toList());
                });
            }
            return norm;
        } finally {
            gradients.values().forEach(NDArray::close);
        }
    }

    /// @param moved name -> value of the weights that follow
    void follow(Map<String, NDArray> moved) {
        moved.forEach((name, value) -> followers.get(name).take(value, scope));
    }

    /// @param now owns what is made for the checkpoint alone
    /// @return what a checkpoint holds: weights that learn and both moments, what is held, and what follows
    Map<String, NDArray> state(NDManager now) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        slots.forEach(s -> {
            out.put("weight." + s.name, s.value);
            out.put("first." + s.name, s.first);
            out.put("second." + s.name, s.second);
            if (s.before > 0) {
                out.put("before." + s.name, now.create((long) s.before));
            }
            if (s.touched) {
                out.put("touched." + s.name, now.create(1L));
            }
        });
        held.forEach((name, weight) -> out.put("weight." + name, weight.value));
        followers.forEach((name, follower) -> out.put("follows." + name, follower.value));
        return out;
    }

    /// Becomes what [#state] was.
    ///
    /// @param saved gives a saved tensor by name; it is copied
    /// @throws EngineException when the saved state is of another model
    void restore(RunFolder.Saved saved) throws EngineException {
        Set<String> others = saved.weights();
        for (Slot s : slots) {
            NDArray weight = value(saved, s.name, s.base);
            if (saved.inherited() && saved.find("first." + s.name).isEmpty()) { // it learns only from here on
                try (NDArray zero = scope.zeros(s.base.getShape())) {
                    s.take(weight, zero, zero, scope);
                }
                s.before = saved.step() - plan.before(plan.stageAt(saved.step()));
            } else {
                s.take(weight, saved.tensor("first." + s.name), saved.tensor("second." + s.name), scope);
                Optional<NDArray> before = saved.find("before." + s.name);
                s.before = before.isPresent() ? (int) before.get().toLongArray()[0] : 0;
            }
            s.touched = saved.find("touched." + s.name).isPresent();
            others.remove(s.name);
        }
        for (String name : others) {
            Weight weight = weights.get(name);
            if (weight == null) {
                throw new EngineException("train.checkpoint", saved.file(), name);
            }
            if (held.containsKey(name)) {
                Copied before = held.get(name);
                before.take(value(saved, name, before.base), scope);
            } else {
                held.put(name, new Copied(weight, value(saved, name, weight.get()), scope));
            }
        }
        for (Map.Entry<String, Copied> f : followers.entrySet()) {
            f.getValue().take(saved.tensor("follows." + f.getKey()), scope);
        }
    }

    /// @return what a weight was: of what a branch inherits that its parent never touched, the base; in the scope of `saved`, or the base itself
    private static NDArray value(RunFolder.Saved saved, String name, NDArray base) throws EngineException {
        NDArray value = saved.inherited()
                ? saved.find("weight." + name).orElse(base)
                : saved.tensor("weight." + name);
        Optional<NDArray> change = saved.find("change." + name);
        if (!value.getShape().equals(base.getShape())
                || change.isPresent() && !change.get().getShape().equals(base.getShape())) {
            throw new EngineException("train.checkpoint", saved.file(), name + " " + value.getShape());
        }
        return change.isPresent() ? Adapters.changed(value, change.get()) : value;
    }

    /// Forgets all that was learnt and goes on from the base weights.
    void restoreBase() {
        slots.forEach(s -> {
            try (NDArray zero = scope.zeros(s.base.getShape())) {
                s.take(s.base, zero, zero, scope);
            }
            s.before = 0;
        });
        held.values().forEach(h -> h.take(h.base, scope));
        followers.values().forEach(f -> f.take(f.base, scope));
    }

    private static NDArray copy(NDArray from, NDManager scope) {
        return scope.zeros(from.getShape(), from.getDataType()).addi(from); // a duplicate would be made in the scope of `from`, which may be capped
    }

    /// Puts the base weights back in their places, without what was learnt.
    void putBack() {
        slots.forEach(s -> s.weight.set(s.base));
        held.values().forEach(h -> h.weight.set(h.base));
        followers.values().forEach(f -> f.weight.set(f.base));
    }

    /// @return numbers that learn in the present stage
    long learning() {
        return active().stream().mapToLong(s -> s.base.size()).sum();
    }
}
