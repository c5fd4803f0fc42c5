package org.diptych.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Numbers in a recorded graph outlive a collection of Java's memory between forward and backward.
@Tag("invariant")
class ScalarsTest {
    @Test
    void gradientsSurviveACollection() throws EngineException {
        TestLane.run(context -> {
            NDArray x = context.scope().ones(new Shape(4));
            x.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray y = x;
                for (int i = 0; i < 50; i++) {
                    y = Scalars.over(Scalars.times(y, 4), 4);
                }
                collect();
                collector.backward(Scalars.times(y, 3).sum());
                try (NDArray gradient = x.getGradient()) {
                    assertThat(gradient.toFloatArray()).containsOnly(3f);
                }
            }
            return true;
        });
    }

    /// A non-linearity of the library that multiplies by a number inside would let go of it as well.
    @ParameterizedTest
    @EnumSource
    void soDoTheGradientsOfEveryNonLinearity(Activations activation) throws EngineException {
        TestLane.run(context -> {
            NDArray x = context.scope().create(new float[]{-2, -0.5f, 0.25f, 1.5f});
            x.setRequiresGradient(true);
            float[] once = gradient(activation, x, false);
            JniUtils.zeroGrad((PtNDArray) x);
            assertThat(gradient(activation, x, true)).containsExactly(once);
            return true;
        });
    }

    private static float[] gradient(Activations activation, NDArray x, boolean collected) {
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray y = activation.apply(x);
            if (collected) {
                collect();
            }
            collector.backward(y.sum());
            try (NDArray gradient = x.getGradient()) {
                return gradient.toFloatArray();
            }
        }
    }

    /// Frees what nobody holds and fills the places that come free.
    private static void collect() {
        List<ByteBuffer> filled = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            System.gc();
            for (int i = 0; i < 2000; i++) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(4);
                buffer.putFloat(0, 1e9f);
                filled.add(buffer);
            }
        }
        assertThat(filled).isNotEmpty();
    }
}
