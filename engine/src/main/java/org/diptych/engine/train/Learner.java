package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.kernel.AdamWKernel;
import org.diptych.engine.kernel.NormKernel;
import org.diptych.engine.model.Weight;

/// The weights that learn, as copies in the run's scope, with AdamW's moments. The base weights are never written: they may be a file's own pages.
final class Learner {
    private record Slot(String name, Weight weight, NDArray base, NDArray value, NDArray first, NDArray second) {
    }

    private final List<Slot> slots = new ArrayList<>();
    private final List<List<Slot>> groups;
    private final List<AdamWKernel> kernels;
    private final NDArray step;
    private final NDArray rate;
    private final NDArray largestNorm;
    private final boolean clips;

    /// @param scope the run's
    /// @throws EngineException when nothing would learn
    Learner(Map<String, Weight> weights, FineTunePlan plan, NDManager scope) throws EngineException {
        weights.forEach((name, weight) -> {
            if (weight.trainable() && plan.trains().learns(name)) {
                NDArray base = weight.get();
                NDArray value = base.duplicate();
                value.attach(scope);
                weight.set(value);
                NDArray first = scope.zeros(base.getShape());
                NDArray second = scope.zeros(base.getShape());
                slots.add(new Slot(name, weight, base, value, first, second));
            }
        });
        if (slots.isEmpty()) {
            throw new EngineException("train.nothing", String.join(", ", plan.trains().parts()));
        }
        FineTunePlan.Optimizer o = plan.optimizer();
        groups = List.of(slots.stream().filter(s -> decays(s.weight)).toList(),
                slots.stream().filter(s -> !decays(s.weight)).toList());
        kernels = List.of(new AdamWKernel(o.beta1(), o.beta2(), o.epsilon(), o.weightDecay()),
                new AdamWKernel(o.beta1(), o.beta2(), o.epsilon(), 0));
        step = scope.create(0f);
        rate = scope.create(0f);
        clips = o.clipNorm() > 0;
        largestNorm = scope.create((float) o.clipNorm());
        slots.forEach(s -> s.value.setRequiresGradient(true));
    }

    /// Gains, biases, single vectors and the temperature never decay: only what multiplies does.
    private static boolean decays(Weight weight) {
        return weight.shape().dimension() > 1;
    }

    void zeroGradients() {
        slots.forEach(s -> JniUtils.zeroGrad((PtNDArray) s.value));
    }

    /// Applies one optimiser step from the gradients that lie on the weights.
    ///
    /// @param number of this step from 1
    /// @return the gradients' global norm before clipping
    float update(int number, double learningRate) {
        Map<Slot, NDArray> gradients = new LinkedHashMap<>();
        slots.forEach(s -> gradients.put(s, s.value.getGradient()));
        try {
            List<NDArray> all = List.copyOf(gradients.values());
            float norm = clips ? NormKernel.clip(largestNorm, all) : NormKernel.norm(largestNorm, all);
            if (Float.isFinite(norm)) {
                step.muli(0).addi(number);
                rate.muli(0).addi(learningRate);
                for (int g = 0; g < groups.size(); g++) {
                    List<Slot> group = groups.get(g);
                    if (!group.isEmpty()) {
                        kernels.get(g).step(step, rate, group.stream().map(Slot::value).toList(),
                                group.stream().map(gradients::get).toList(),
                                group.stream().map(Slot::first).toList(), group.stream().map(Slot::second).toList());
                    }
                }
            }
            return norm;
        } finally {
            gradients.values().forEach(NDArray::close);
        }
    }

    /// @return what a checkpoint holds: weights that learn and both moments
    Map<String, NDArray> state() {
        Map<String, NDArray> out = new LinkedHashMap<>();
        slots.forEach(s -> {
            out.put("weight." + s.name, s.value);
            out.put("first." + s.name, s.first);
            out.put("second." + s.name, s.second);
        });
        return out;
    }

    /// @throws IllegalArgumentException when a name is missing
    void restore(Map<String, NDArray> state) {
        state().forEach((name, array) -> {
            NDArray saved = state.get(name);
            if (saved == null) {
                throw new IllegalArgumentException(name);
            }
            array.muli(0).addi(saved);
        });
    }

    /// Puts the base weights back in their places; the copies end with the run's scope.
    void putBack() {
        slots.forEach(s -> s.weight.set(s.base));
    }

    long learning() {
        return slots.stream().mapToLong(s -> s.value.size()).sum();
    }
}
