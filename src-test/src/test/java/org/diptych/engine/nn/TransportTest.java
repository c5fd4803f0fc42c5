package org.diptych.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class TransportTest {
    private interface Check {
        void run(NDManager scope);
    }

    private static void with(Check check) throws EngineException {
        TestLane.run(context -> {
            check.run(context.scope());
            return true;
        });
    }

    private static NDArray rows(NDManager scope, float[]... rows) {
        int width = rows[0].length;
        float[] all = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, all, i * width, width);
        }
        return scope.create(all, new Shape(1, rows.length, width));
    }

    private static final float[] A = {1, 0, 0};
    private static final float[] B = {0, 1, 0};
    private static final float[] C = {0, 0, 1};

    @Test
    void likeGoesToLike() throws EngineException {
        with(scope -> {
            NDArray none = scope.zeros(new Shape(1, 3));
            Transport.Aligned aligned = new Transport(0.1, 200, 1).align(rows(scope, A, B, C), rows(scope, C, A, B),
                    none, none, 1e-12);
            float third = 1 / 3f;
            assertThat(aligned.plan().toFloatArray()).containsExactly(
                    new float[]{0, 0, third, third, 0, 0, 0, third, 0}, within(1e-4f));
            assertThat(aligned.distance().toFloatArray()[0]).isCloseTo(0, within(1e-4f));
        });
    }

    @Test
    void paddingTakesNothingAndCostsNothing() throws EngineException {
        with(scope -> {
            NDArray x = rows(scope, A, B, C);
            NDArray y = rows(scope, B, C, A, A);
            NDArray xPad = scope.create(new float[]{0, 0, 1}, new Shape(1, 3));
            NDArray yPad = scope.create(new float[]{0, 1, 0, 1}, new Shape(1, 4));
            Transport how = new Transport(0.5, 50, 1);
            Transport.Aligned padded = how.align(x, y, xPad, yPad, 1e-12);
            Transport.Aligned alone = how.align(rows(scope, A, B), rows(scope, B, A), scope.zeros(new Shape(1, 2)),
                    scope.zeros(new Shape(1, 2)), 1e-12);
            assertThat(padded.distance().toFloatArray()).containsExactly(alone.distance().toFloatArray(),
                    within(1e-5f));
            float[] plan = padded.plan().toFloatArray(); // (4, 3)
            float[] small = alone.plan().toFloatArray(); // (2, 2)
            assertThat(plan).containsExactly(
                    new float[]{small[0], small[1], 0, 0, 0, 0, small[2], small[3], 0, 0, 0, 0}, within(1e-5f));
        });
    }

    /// The distance is differentiated with the plan held still: d distance / d cost is the plan itself.
    @Test
    void noGradientGoesThroughThePlan() throws EngineException {
        with(scope -> {
            NDArray x = rows(scope, new float[]{1, 2, 3}, new float[]{-1, 1, 0});
            NDArray y = rows(scope, new float[]{2, 1, 0}, new float[]{0, 1, 1});
            NDArray none = scope.zeros(new Shape(1, 2));
            float[] got;
            float[] plan;
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                x.setRequiresGradient(true);
                Transport.Aligned aligned = new Transport(0.5, 20, 1).align(x, y, none, none, 1e-12);
                collector.backward(aligned.distance().sum());
                got = x.getGradient().toFloatArray();
                plan = aligned.plan().toFloatArray();
            }
            float[] values = x.toFloatArray();
            for (int i = 0; i < values.length; i++) {
                float step = 1e-2f;
                double slope = (held(values, y.toFloatArray(), plan, i, step)
                        - held(values, y.toFloatArray(), plan, i, -step)) / (2 * step);
                assertThat((double) got[i]).isCloseTo(slope, within(1e-3));
            }
        });
    }

    /// Sum of plan x (1 - cosine) with one number of x moved.
    private static double held(float[] x, float[] y, float[] plan, int moved, float by) {
        double sum = 0;
        for (int m = 0; m < 2; m++) {
            for (int n = 0; n < 2; n++) {
                double dot = 0;
                double xx = 0;
                double yy = 0;
                for (int d = 0; d < 3; d++) {
                    double u = x[m * 3 + d] + (m * 3 + d == moved ? by : 0);
                    double v = y[n * 3 + d];
                    dot += u * v;
                    xx += u * u;
                    yy += v * v;
                }
                sum += plan[n * 2 + m] * (1 - dot / Math.sqrt(xx * yy));
            }
        }
        return sum;
    }

    @Test
    void manyStepsLeaveFewTensorsBehind() throws EngineException {
        with(scope -> {
            NDArray none = scope.zeros(new Shape(1, 3));
            NDArray x = rows(scope, A, B, C);
            long before = TestLane.lane().scopes().arrays();
            new Transport(0.1, 300, 1).align(x, x, none, none, 1e-12);
            assertThat(TestLane.lane().scopes().arrays() - before).isLessThan(60);
        });
    }
}
