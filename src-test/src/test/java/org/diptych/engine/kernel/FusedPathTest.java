package org.diptych.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The fused path equals the readable one, forward and backward.
@Tag("invariant")
class FusedPathTest {
    private static NDArray random(NDManager scope, SplittableRandom random, double deviation, Shape shape) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return scope.create(values, shape);
    }

    private static Encoder encoder(NDManager scope, EncoderFacts facts, EncoderNames names) {
        Encoder encoder = new Encoder(facts, names, "layers", "test");
        SplittableRandom random = new SplittableRandom(7);
        encoder.weights().values().forEach(w -> w.set(random(scope, random, 0.2, w.shape())));
        return encoder;
    }

    @ParameterizedTest
    @CsvSource({"true,true,QUICK_GELU,false", "true,false,GELU,true", "false,false,GELU,true", "true,true,RELU,true",
            "true,false,SILU,false"})
    void encodersAgree(boolean preNorm, boolean causal, Activations activation, boolean masked) throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            EncoderFacts facts = new EncoderFacts(24, 3, 4, 40, 1e-5, activation, preNorm, causal);
            Encoder encoder = encoder(scope, facts, preNorm ? EncoderNames.CLIP : EncoderNames.BERT);
            NDArray x = random(scope, new SplittableRandom(1), 1, new Shape(2, 9, 24));
            Optional<NDArray> mask = masked
                    ? Optional.of(Masks.padding(scope.create(
                            new long[]{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, new Shape(2, 9)), -10000))
                    : Optional.empty();
            NDArray direction = random(scope, new SplittableRandom(2), 1, new Shape(2, 9, 24));
            List<float[]> readable = run(encoder, Pass.READABLE, x, mask, direction);
            List<float[]> fused = run(encoder, Pass.INFER, x, mask, direction);
            for (int i = 0; i < readable.size(); i++) {
                float largest = 1;
                for (float v : readable.get(i)) {
                    largest = Math.max(largest, Math.abs(v));
                }
                assertThat(fused.get(i)).as("tensor " + i).containsExactly(readable.get(i), within(1e-5f * largest));
            }
            return true;
        });
    }

    /// @return the output, then the gradient of its product with `direction` for every weight
    private static List<float[]> run(Encoder encoder, Pass pass, NDArray x, Optional<NDArray> mask, NDArray direction) {
        Map<String, Weight> weights = encoder.weights();
        List<float[]> out = new ArrayList<>();
        weights.values().forEach(w -> w.get().setRequiresGradient(true));
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray y = encoder.apply(pass, x, mask);
            out.add(y.toFloatArray());
            collector.backward(y.mul(direction).sum());
            for (Weight w : weights.values()) {
                try (NDArray gradient = w.get().getGradient()) {
                    out.add(gradient.toFloatArray());
                }
                w.set(w.get().duplicate()); // a fresh leaf, so that the next run's gradients start from zero
            }
        }
        return out;
    }

    @Test
    void contrastiveAgrees() throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            NDArray images = random(scope, new SplittableRandom(1), 1, new Shape(5, 8));
            NDArray texts = random(scope, new SplittableRandom(2), 1, new Shape(5, 8));
            NDList fused = ContrastiveKernel.loss(images, texts, scope.create(3f));
            NDArray logits = images.matMul(texts.transpose()).mul(3);
            NDArray eye = scope.eye(5);
            float expected = -(logits.logSoftmax(-1).mul(eye).sum().toFloatArray()[0]
                    + logits.transpose().logSoftmax(-1).mul(eye).sum().toFloatArray()[0]) / 10;
            assertThat(fused.get(0).toFloatArray()[0]).isCloseTo(expected,
                    within(1e-5f * Math.max(1, Math.abs(expected))));
            assertThat(fused.get(1).toFloatArray()).containsExactly(logits.toFloatArray(), within(1e-4f));
            return true;
        });
    }

    /// Two steps of AdamW on one number, computed by hand from algorithm 2 of the paper.
    @Test
    void adamW() throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            NDArray parameter = scope.create(new float[]{1, -2});
            NDArray first = scope.zeros(new Shape(2));
            NDArray second = scope.zeros(new Shape(2));
            AdamWKernel kernel = new AdamWKernel(0.9, 0.99, 1e-8, 0.1);
            double[] p = {1, -2};
            double[] m = new double[2];
            double[] v = new double[2];
            float[][] gradients = {{0.5f, 1}, {-0.25f, 3}};
            for (int step = 1; step <= 2; step++) {
                NDArray gradient = scope.create(gradients[step - 1]);
                kernel.step(scope.create((float) step), scope.create(0.01f), List.of(parameter), List.of(gradient),
                        List.of(first), List.of(second));
                for (int i = 0; i < 2; i++) {
                    double g = gradients[step - 1][i];
                    p[i] -= 0.01 * 0.1 * p[i];
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.99 * v[i] + 0.01 * g * g;
                    p[i] -= 0.01 * (m[i] / (1 - Math.pow(0.9, step)))
                            / (Math.sqrt(v[i] / (1 - Math.pow(0.99, step))) + 1e-8);
                }
            }
            assertThat(parameter.toFloatArray()).containsExactly(new float[]{(float) p[0], (float) p[1]},
                    within(1e-6f));
            return true;
        });
    }

    @Test
    void clippingScalesDownButNeverUp() throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            NDArray a = scope.create(new float[]{3, 0});
            NDArray b = scope.create(new float[]{4});
            assertThat(NormKernel.norm(scope.create(0f), List.of(a, b))).isCloseTo(5, within(1e-5f));
            assertThat(NormKernel.clip(scope.create(10f), List.of(a, b))).isCloseTo(5, within(1e-5f));
            assertThat(a.toFloatArray()).containsExactly(3, 0);
            NormKernel.clip(scope.create(1f), List.of(a, b));
            assertThat(a.toFloatArray()).containsExactly(new float[]{0.6f, 0}, within(1e-5f));
            assertThat(b.toType(DataType.FLOAT32, false).toFloatArray()).containsExactly(new float[]{0.8f},
                    within(1e-5f));
            return true;
        });
    }
}
