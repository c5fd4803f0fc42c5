package org.diptych.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.nn.Linear;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What oneDNN gives for a few rows is what every other way gives.
@Tag("invariant")
class FewRowsTest {
    @ParameterizedTest
    @CsvSource({"1,true", "1,false", "5,true", "8,false", "9,true"})
    void productsAgree(int rows, boolean biased) throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Linear linear = new Linear(512, 1024, biased);
            linear.weights().values().forEach(w -> w.set(scope.randomNormal(w.shape())));
            NDArray x = scope.randomNormal(new Shape(1, rows, 512));

            assertThat(FewRows.suits(x, Precision.FULL)).isEqualTo(rows <= 8);
            NDArray whole = x.reshape(rows, 512).matMul(linear.weight().transpose());
            float[] expected = (biased ? whole.add(linear.bias()) : whole).toFloatArray();
            float[] got = linear.apply(x).toFloatArray();

            assertThat(got).hasSameSizeAs(expected);
            for (int i = 0; i < got.length; i++) {
                assertThat(got[i]).isCloseTo(expected[i], within(2e-4f)); // sums of 512 products of about 1
            }
            return true;
        });
    }
}
