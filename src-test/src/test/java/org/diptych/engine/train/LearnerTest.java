package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The optimiser over groups of parameters, against figures worked out by hand.
@Tag("unit")
class LearnerTest {
    private static final class Three extends Module {
        final Weight matrix = weight("linear.weight", 1, 2);
        final Weight bias = weight("linear.bias", 2);
        final Weight counted = buffer("running_mean", 2);

        Three(NDManager scope) {
            matrix.set(scope.create(new float[]{1, -2}, new Shape(1, 2)));
            bias.set(scope.create(new float[]{3, 4}));
            counted.set(scope.create(new float[]{5, 6}));
        }
    }

    private static FineTunePlan plan(String optimizer) throws EngineException {
        return PlanFile.parse("{\"model\": \"clip\", \"optimizer\": {" + optimizer + "}}", "p");
    }

    /// One backward pass whose gradient is `g` for both entries of matrix and bias.
    private static float step(Three three, Learner learner, int number, double rate, float g) {
        learner.zeroGradients();
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray one = three.matrix.get().getManager().create(g);
            collector.backward(one.mul(three.matrix.get()).sum().add(one.mul(three.bias.get()).sum()));
        }
        return learner.update(number, rate);
    }

    @Test
    void onlyWhatMultipliesDecays() throws EngineException {
        TestLane.run(context -> {
            Three three = new Three(context.scope());
            Learner learner = new Learner(three.weights(), Set.of(), plan("\"weightDecay\": 0.5"), context.scope());
            assertThat(step(three, learner, 1, 0.1, 0)).isZero();
            assertThat(three.matrix.get().toFloatArray()).containsExactly(new float[]{0.95f, -1.9f}, within(1e-6f));
            assertThat(three.bias.get().toFloatArray()).containsExactly(3, 4);
            assertThat(three.counted.get().toFloatArray()).containsExactly(5, 6);
            assertThat(learner.learning()).isEqualTo(4);
            learner.putBack();
            assertThat(three.matrix.get().toFloatArray()).containsExactly(1, -2);
            return true;
        });
    }

    /// Algorithm 2 of Loshchilov and Hutter 2019, three steps, with the norm of four equal gradients g being 2g and clipped to 1.
    @Test
    void clippedAdamWByHand() throws EngineException {
        TestLane.run(context -> {
            Three three = new Three(context.scope());
            Learner learner = new Learner(three.weights(), Set.of(), plan(
                    "\"beta1\": 0.9, \"beta2\": 0.99, \"epsilon\": 1e-8, \"weightDecay\": 0.1, \"clipNorm\": 1"),
                    context.scope());
            double[] p = {1, 3}; // the first entries of matrix and bias
            double[] decay = {0.1, 0};
            double m = 0;
            double v = 0;
            float[] gradients = {3, 0.25f, -7};
            for (int i = 1; i <= 3; i++) {
                float g = gradients[i - 1];
                assertThat(step(three, learner, i, 0.01 * i, g)).isCloseTo(2 * Math.abs(g), within(1e-5f));
                double clipped = g * Math.min(1, 1 / (2 * Math.abs(g) + 1e-6));
                m = 0.9 * m + 0.1 * clipped;
                v = 0.99 * v + 0.01 * clipped * clipped;
                for (int k = 0; k < 2; k++) {
                    p[k] -= 0.01 * i * decay[k] * p[k];
                    p[k] -= 0.01 * i * (m / (1 - Math.pow(0.9, i))) / (Math.sqrt(v / (1 - Math.pow(0.99, i))) + 1e-8);
                }
                assertThat(three.matrix.get().toFloatArray()[0]).isCloseTo((float) p[0], within(2e-6f));
                assertThat(three.bias.get().toFloatArray()[0]).isCloseTo((float) p[1], within(2e-6f));
            }
            return true;
        });
    }

    @Test
    void aGradientThatIsNoNumberChangesNothing() throws EngineException {
        TestLane.run(context -> {
            Three three = new Three(context.scope());
            Learner learner = new Learner(three.weights(), Set.of(), plan("\"clipNorm\": 0"), context.scope());
            assertThat(step(three, learner, 1, 0.1, Float.NaN)).isNaN();
            assertThat(three.matrix.get().toFloatArray()).containsExactly(1, -2);
            assertThat(three.bias.get().toFloatArray()).containsExactly(3, 4);
            return true;
        });
    }

    @Test
    void theBaseMayLieInACappedScope() throws EngineException {
        TestLane.run(context -> {
            try (NDManager capped = context.scope().newSubManager()) {
                Three three = new Three(capped);
                Map<String, Weight> weights = three.weights();
                capped.cap();
                Learner learner = new Learner(weights, Set.of(), plan(""), context.scope());
                learner.zeroGradients();
                learner.restoreBase();
                assertThat(three.matrix.get().toFloatArray()).containsExactly(1, -2);
            }
            return true;
        });
    }
}
