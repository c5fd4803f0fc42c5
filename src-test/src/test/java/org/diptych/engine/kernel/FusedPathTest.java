package org.diptych.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.diptych.engine.tower.KeyCache;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The fused path equals the readable one, forward and backward.
@Tag("invariant")
class FusedPathTest {
    private static NDArray random(NDManager scope, SplittableRandom random, double deviation, Shape shape) {
        return BothPaths.random(scope, random, deviation, shape);
    }

    private static Encoder encoder(NDManager scope, EncoderFacts facts, EncoderNames names) {
        Encoder encoder = new Encoder(facts, names, "layers", "test");
        BothPaths.draw(encoder, scope, 0.2);
        return encoder;
    }

    @ParameterizedTest
    @CsvSource({"true,true,QUICK_GELU,false", "true,false,GELU,true", "false,false,GELU,true", "true,true,RELU,true",
            "true,false,SILU,false", "true,true,GELU_TANH,true", "false,true,TANH,false"})
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
            BothPaths.agree(encoder, pass -> encoder.apply(pass, x, mask));
            return true;
        });
    }

    /// A BERT whose later layers look at a picture: whole, its first part alone, and with the picture left out.
    @ParameterizedTest
    @CsvSource({"0,3,true,true", "1,3,true,false", "0,1,true,true", "0,3,false,false"})
    void crossAttentionAgrees(int from, int to, boolean crossed, boolean masked) throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            EncoderFacts facts = new EncoderFacts(24, 3, 4, 40, 1e-12, Activations.GELU, false, false)
                    .with(new EncoderFacts.Cross(10, 1, 1));
            Encoder encoder = encoder(scope, facts, EncoderNames.BERT);
            NDArray x = random(scope, new SplittableRandom(1), 1, new Shape(2, 5, 24));
            NDArray seen = random(scope, new SplittableRandom(3), 1, new Shape(2, 7, 10));
            Optional<NDArray> hidden = masked
                    ? Optional.of(Masks.padding(scope.create(new long[]{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0},
                            new Shape(2, 7)), -10000))
                    : Optional.empty();
            Optional<Encoder.Other> other = crossed
                    ? Optional.of(new Encoder.Other(seen, hidden))
                    : Optional.empty();
            BothPaths.agree(encoder, pass -> encoder.apply(pass, x, Optional.empty(), other, from, to));
            return true;
        });
    }

    /// A decoder that goes on behind the words it remembers, two texts of each sample, says what it says of the whole.
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void goingOnAgreesWithTheWhole(boolean fused) throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Pass pass = fused ? Pass.INFER : Pass.READABLE;
            EncoderFacts facts = new EncoderFacts(24, 3, 4, 40, 1e-12, Activations.GELU, false, true)
                    .with(new EncoderFacts.Cross(10, 0, 1));
            Encoder encoder = encoder(scope, facts, EncoderNames.BERT);
            NDArray x = random(scope, new SplittableRandom(1), 1, new Shape(4, 6, 24));
            NDArray seen = random(scope, new SplittableRandom(3), 1, new Shape(2, 7, 10));
            NDArray hidden = Masks.padding(scope.create(new long[]{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0},
                    new Shape(2, 7)), -10000);
            NDArray whole = encoder.apply(pass, x, Optional.empty(),
                    Optional.of(new Encoder.Other(seen.repeat(0, 2), Optional.of(hidden.repeat(0, 2)))), 0, 3);
            KeyCache cache = new KeyCache(Optional.of(hidden));
            NDArray got = encoder.next(pass, x.get(":, :3"), Optional.of(seen), cache)
                    .concat(encoder.next(pass, x.get(":, 3:4"), Optional.of(seen), cache), 1)
                    .concat(encoder.next(pass, x.get(":, 4:"), Optional.of(seen), cache), 1);
            BothPaths.same("what went on", got.toFloatArray(), whole.toFloatArray());
            return true;
        });
    }

    /// Attention between two sequences of different lengths, with values wider than keys; few weights are formed at once, many in blocks.
    @ParameterizedTest
    @CsvSource({"true, 5, 7", "false, 5, 7", "true, 420, 500", "false, 420, 500"})
    void attentionAgrees(boolean masked, int asks, int seen) throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            NDArray q = random(scope, new SplittableRandom(1), 1, new Shape(2, asks, 12));
            NDArray k = random(scope, new SplittableRandom(2), 1, new Shape(2, seen, 12));
            NDArray v = random(scope, new SplittableRandom(3), 1, new Shape(2, seen, 18));
            Optional<NDArray> mask = masked
                    ? Optional.of(random(scope, new SplittableRandom(4), 2, new Shape(1, 3, asks, seen)))
                    : Optional.empty();
            NDArray fused = Attention.attend(Pass.INFER, q, k, v, 3, mask, 0, "test", 0);
            NDArray readable = Attention.attend(Pass.READABLE, q, k, v, 3, mask, 0, "test", 0);
            assertThat(fused.getShape()).isEqualTo(new Shape(2, asks, 18));
            assertThat(fused.toFloatArray()).containsExactly(readable.toFloatArray(), within(1e-5f));
            return true;
        });
    }

    /// Grouped queries: each key head serves as many query heads as there are of them.
    @Test
    void groupedQueriesShareTheirKeys() throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            NDArray q = random(scope, new SplittableRandom(1), 1, new Shape(2, 4, 16));
            NDArray k = random(scope, new SplittableRandom(2), 1, new Shape(2, 4, 8));
            NDArray v = random(scope, new SplittableRandom(3), 1, new Shape(2, 4, 8));
            NDArray grouped = new AttentionKernel(4, 2, true, 0).apply(q, k, v, Optional.empty());
            NDArray wide = Attention.attend(Pass.READABLE, q, doubled(k), doubled(v), 4,
                    Optional.of(Masks.causal(scope, 4)), 0, "test", 0);
            assertThat(grouped.toFloatArray()).containsExactly(wide.toFloatArray(), within(1e-5f));
            return true;
        });
    }

    private static NDArray doubled(NDArray x) {
        return x.reshape(2, 4, 2, 4).repeat(2, 2).reshape(2, 4, 16);
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
