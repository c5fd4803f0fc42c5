package org.diptych.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is multiplied in mixed precision is rounded to bf16, on any processor; nothing else is, and nothing outside it.
@Tag("invariant")
class MixedTest {
    /// Half a step between two numbers of bf16, as a share.
    private static final double HALF_STEP = 1.0 / 256;

    private static NDArray random(NDManager scope, int seed, long... shape) {
        return BothPaths.random(scope, new SplittableRandom(seed), 1, new Shape(shape));
    }

    /// @return the nearest numbers of bf16, of two that are as near the even one
    private static NDArray rounded(NDArray x) {
        float[] values = x.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            values[i] = Float.intBitsToFloat(bits + 0x7fff + (bits >> 16 & 1) & 0xffff0000);
        }
        return x.getManager().create(values, x.getShape());
    }

    /// @param mixed  in mixed precision
    /// @param factor the same in 32 bits of rounded factors: only the rounding of what comes out is between them
    /// @param plain  the same in 32 bits
    private static void holds(Supplier<NDArray> mixed, NDArray factor, NDArray plain) {
        NDArray now = Mixed.in(true, mixed);
        assertThat(now.getDataType()).isEqualTo(DataType.FLOAT32);
        assertThat(now.getShape()).isEqualTo(plain.getShape());
        float[] got = now.toFloatArray();
        float[] expected = factor.toFloatArray();
        for (int i = 0; i < got.length; i++) {
            assertThat((double) got[i]).isCloseTo(expected[i], within(HALF_STEP * Math.abs(expected[i]) + 1e-5));
        }
        assertThat(got).isNotEqualTo(plain.toFloatArray());
        assertThat(Mixed.in(false, mixed).toFloatArray()).as("otherwise as ever")
                .isEqualTo(mixed.get().toFloatArray()).isEqualTo(plain.toFloatArray());
    }

    @Test
    void factorsAreRounded() throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            NDArray x = random(scope, 1, 3, 5, 16);
            NDArray w = random(scope, 2, 8, 16);
            NDArray b = random(scope, 3, 8);
            holds(() -> MatrixProducts.linear(x, w, b), linear(rounded(x), rounded(w), rounded(b)), linear(x, w, b));
            holds(() -> MatrixProducts.linear(x, w, null), linear(rounded(x), rounded(w), null), linear(x, w, null));
            NDArray y = random(scope, 4, 3, 16, 7);
            holds(() -> MatrixProducts.matMul(x, y), rounded(x).matMul(rounded(y)), x.matMul(y));
            NDArray picture = random(scope, 5, 2, 3, 8, 8);
            NDArray kernel = random(scope, 6, 8, 3, 4, 4);
            holds(() -> MatrixProducts.convolution(picture, kernel, b, new Shape(4, 4), new Shape(0, 0)),
                    patches(rounded(picture), rounded(kernel), rounded(b)), patches(picture, kernel, b));
            return true;
        });
    }

    private static NDArray linear(NDArray x, NDArray w, NDArray b) {
        return x.getNDArrayInternal().linear(x, w, b).singletonOrThrow();
    }

    private static NDArray patches(NDArray x, NDArray w, NDArray b) {
        return x.getNDArrayInternal()
                .convolution(x, w, b, new Shape(4, 4), new Shape(0, 0), new Shape(1, 1), 1).singletonOrThrow();
    }

    /// A whole stack in one call is near what it is layer by layer, and neither is what it is in 32 bits.
    @ParameterizedTest
    @CsvSource({"true,true,QUICK_GELU,false", "true,false,GELU,true", "false,false,GELU,true", "false,true,RELU,true"})
    void bothPathsAreMixed(boolean preNorm, boolean causal, Activations activation, boolean masked)
            throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Encoder encoder = new Encoder(new EncoderFacts(24, 3, 4, 40, 1e-5, activation, preNorm, causal),
                    preNorm ? EncoderNames.CLIP : EncoderNames.BERT, "layers", "test");
            BothPaths.draw(encoder, scope, 0.2);
            NDArray x = random(scope, 1, 2, 9, 24);
            Optional<NDArray> mask = masked
                    ? Optional.of(Masks.padding(scope.create(
                            new long[]{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0}, new Shape(2, 9)), -10000))
                    : Optional.empty();
            float[] full = encoder.apply(Pass.INFER, x, mask).toFloatArray();
            float[] fused = Mixed.in(true, () -> encoder.apply(Pass.INFER, x, mask)).toFloatArray();
            float[] readable = Mixed.in(true, () -> encoder.apply(Pass.READABLE, x, mask)).toFloatArray();
            assertThat(apart(fused, full)).isBetween(1e-5, 0.05);
            assertThat(apart(readable, full)).isBetween(1e-5, 0.05);
            assertThat(apart(fused, readable)).isLessThan(0.05);
            return true;
        });
    }

    /// @return how far two are from one another, against the length of one
    private static double apart(float[] one, float[] other) {
        double far = 0;
        double all = 0;
        for (int i = 0; i < one.length; i++) {
            far += Math.pow(one[i] - (double) other[i], 2);
            all += Math.pow(other[i], 2);
        }
        return Math.sqrt(far / all);
    }

    /// The lowest number of fp32 has no neighbour in bf16 but minus infinity, of which softmax would make no number.
    @ParameterizedTest
    @CsvSource({"true", "false"})
    void aPlaceThatSeesNothingStaysANumber(boolean formed) throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            NDArray q = random(scope, 1, 2, 5, 8);
            NDArray k = random(scope, 3, 2, 5, 8);
            NDArray v = random(scope, 2, 2, 5, 8);
            NDArray mask = scope.ones(new Shape(2, 1, 1, 5)).mul(-Float.MAX_VALUE);
            float[] got = Mixed.in(true, () -> new AttentionKernel(2, 2, !formed, 0).apply(q, k, v, Optional.of(mask)))
                    .toFloatArray();
            float[] mean = v.mean(new int[]{1}, true).broadcast(v.getShape()).toFloatArray();
            for (int i = 0; i < got.length; i++) {
                assertThat((double) got[i]).isCloseTo(mean[i], within(0.03));
            }
            return true;
        });
    }

    @Test
    void itEndsWithItsWork() {
        assertThat(Mixed.on()).isFalse();
        assertThat(Mixed.in(true, Mixed::on)).isTrue();
        assertThat(Mixed.in(true, () -> Mixed.in(false, Mixed::on))).isFalse();
        assertThatThrownBy(() -> Mixed.in(true, () -> {
            throw new IllegalStateException("in it");
        })).hasMessage("in it");
        assertThat(Mixed.on()).isFalse();
    }
}
