package org.diptych.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Probe;
import org.diptych.engine.model.Weight;

/// Holds the fused path to the readable one.
public final class BothPaths {
    private static final String OUTPUT = "output";

    private BothPaths() {
    }

    /// @param random  draws the values, normal
    /// @param spread  their deviation
    public static NDArray random(NDManager scope, SplittableRandom random, double spread, Shape shape) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * spread);
        }
        return scope.create(values, shape);
    }

    /// Weights large enough for every part to be seen in the output.
    public static void draw(Module module, NDManager scope, double spread) {
        SplittableRandom random = new SplittableRandom(7);
        module.weights().values().forEach(w -> w.set(random(scope, random, spread, w.shape())));
    }

    /// Both say the same while a gradient is recorded, and have the same gradient for every weight; without one they say the same again, since then the kernels work in place.
    public static void agree(Module module, Function<Pass, NDArray> forward) {
        Map<String, float[]> readable = recorded(module, forward, Pass.READABLE);
        Map<String, float[]> fused = recorded(module, forward, Pass.INFER);
        assertThat(readable).as("something learns").hasSizeGreaterThan(1);
        assertThat(fused.keySet()).isEqualTo(readable.keySet());
        readable.forEach((name, values) -> same(name, fused.get(name), values));
        same(OUTPUT, forward.apply(Pass.INFER).toFloatArray(), readable.get(OUTPUT));
    }

    public static void same(String name, float[] fused, float[] readable) {
        assertThat(fused).as(name).hasSameSizeAs(readable);
        float largest = 1;
        float apart = 0;
        for (int i = 0; i < readable.length; i++) {
            largest = Math.max(largest, Math.abs(readable[i]));
            apart = Math.max(apart, Math.abs(fused[i] - readable[i])); // NaN stays
        }
        assertThat(apart).as(name).isLessThanOrEqualTo(1e-5f * largest);
    }

    /// @return the output, then for every weight that has one the gradient of the output's product with random numbers
    private static Map<String, float[]> recorded(Module module, Function<Pass, NDArray> forward, Pass pass) {
        Map<String, Weight> weights = module.weights();
        Map<String, float[]> out = new LinkedHashMap<>();
        weights.values().forEach(w -> w.get().setRequiresGradient(true));
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray y = forward.apply(pass);
            out.put(OUTPUT, y.toFloatArray());
            collector.backward(y.mul(random(y.getManager(), new SplittableRandom(2), 1, y.getShape())).sum());
            weights.forEach((name, w) -> {
                if (w.get().hasGradient()) {
                    try (NDArray gradient = w.get().getGradient()) {
                        out.put(name, gradient.toFloatArray());
                    }
                }
                w.set(w.get().duplicate()); // a fresh leaf, so that the next run's gradients start from zero
            });
        }
        return out;
    }

    /// @return true when the layers run in a kernel, in which no one hears of their states
    public static boolean fuses(boolean training, Function<Pass, NDArray> forward) {
        int[] heard = new int[1];
        forward.apply(new Pass(training, true, new Probe() {
            @Override
            public boolean listens() {
                return false;
            }

            @Override
            public NDArray attention(String site, int layer, NDArray weights) {
                return weights;
            }

            @Override
            public void hidden(String stream, int index, NDArray state) {
                heard[0] = Math.max(heard[0], index);
            }

            @Override
            public void value(String name, NDArray value) {
                // not asked for
            }
        }));
        return heard[0] == 0;
    }
}
