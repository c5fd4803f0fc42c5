package org.diptych.engine.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.kernel.AdamWKernel;
import org.diptych.engine.kernel.NormKernel;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;

/// The second half of a training step, the same for both paths: clipping and AdamW, at a rate of zero so that every run computes the same.
final class Optimiser {
    private final List<NDArray> weights;
    private final List<NDArray> first;
    private final List<NDArray> second;
    private final NDArray one;
    private final NDArray zero;
    private final AdamWKernel kernel = new AdamWKernel(0.9, 0.98, 1e-6, 0.05);

    /// @param trains which weights learn; the others ask for no gradient
    Optimiser(VisionLanguageModel model, FineTunePlan.Trains trains, NDManager scope) {
        weights = model.module().weights().entrySet().stream().filter(e -> trains.learns(e.getKey()))
                .map(Map.Entry::getValue).filter(Weight::trainable).map(Weight::get).toList();
        weights.forEach(w -> w.setRequiresGradient(true));
        first = weights.stream().map(w -> scope.zeros(w.getShape())).toList();
        second = weights.stream().map(w -> scope.zeros(w.getShape())).toList();
        one = scope.create(1f);
        zero = scope.create(0f);
    }

    void step() {
        List<NDArray> gradients = weights.stream().map(NDArray::getGradient).toList();
        NormKernel.clip(one, gradients);
        kernel.step(one, zero, weights, gradients, first, second);
        gradients.forEach(NDArray::close);
        weights.forEach(w -> JniUtils.zeroGrad((PtNDArray) w));
    }
}
