package org.diptych.engine.tower;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.diptych.engine.model.Weight;

/// What BERT and most that came after it start from: weights normal with deviation 0.02, norms one, biases zero (Devlin et al. 2019; transformers
/// `BertPreTrainedModel._init_weights`).
public final class NormalStart {
    private static final double DEVIATION = 0.02;

    private NormalStart() {
    }

    /// @param scope owns the weights
    /// @param seed  the same seed, the same weights on every machine
    public static void fill(Map<String, Weight> weights, NDManager scope, long seed) {
        weights.forEach((name, weight) -> {
            float[] values = new float[(int) weight.shape().size()];
            boolean norm = weight.shape().dimension() == 1; // matrices and tables have two axes, and biases another name
            if (norm && name.endsWith("weight")) {
                Arrays.fill(values, 1);
            } else if (!name.endsWith("bias")) {
                SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode());
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (random.nextGaussian() * DEVIATION);
                }
            }
            weight.set(scope.create(values, weight.shape()));
        });
    }
}
