package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.assertj.core.groups.Tuple;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Spread;
import org.diptych.engine.kernel.HistogramKernel;
import org.diptych.engine.model.Weight;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How large weights and gradients are at the evaluations of a run.
@Tag("unit")
class SpreadTest {
    @TempDir
    private Path folder;

    /// Numbers of all sizes, against a count in plain Java; zeros, signs, ends of bins and what is no number.
    @Test
    void theKernelCountsAsItSays() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        float[] values = new float[5000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((random.nextBoolean() ? 1 : -1) * Math.pow(10, 20 * random.nextDouble() - 14.03));
        }
        values[0] = 0;
        values[1] = 1e30f;
        for (Spread.Scale scale : List.of(Spread.Scale.WEIGHTS, Spread.Scale.GRADIENTS)) {
            long[] wanted = new long[scale.bins()];
            double sum = 0;
            double squares = 0;
            for (float value : values) {
                double size = Math.abs((double) value);
                int bin = 0;
                while (size >= scale.upper(bin)) {
                    bin++;
                }
                wanted[bin]++;
                sum += size;
                squares += size * size;
            }
            double[] sums = {sum, squares};
            HistogramKernel.Counts counts = TestLane.run(context -> new HistogramKernel(scale.bins(), scale.low(),
                    scale.width()).count(context.scope().create(0f), context.scope().create(values)));
            assertThat(counts.counts()).isEqualTo(wanted);
            assertThat(counts.least()).isZero();
            assertThat(counts.most()).isEqualTo(1e30f);
            assertThat(counts.sum() / sums[0]).isCloseTo(1, within(1e-6));
            assertThat(counts.squares()).as("more than a float holds").isInfinite();
        }
        HistogramKernel.Counts odd = TestLane.run(context -> new HistogramKernel(4, 0, 1)
                .count(context.scope().create(0f), context.scope().create(
                        new float[]{Float.NaN, -2, 0.5f, 20, 200, Float.POSITIVE_INFINITY})));
        assertThat(odd.counts()).containsExactly(1, 1, 1, 3);
    }

    private static double squares(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return sum;
    }

    /// Every evaluation has its line; gradients of a part whose weights are frozen are none, and all together have the norm that the log tells.
    @Test
    void everyEvaluationHasALine() throws Exception {
        FineTunePlan plan = TinyPlans.of("clip", "optimizer.clipNorm", "0.05");
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        List<Spread> spreads = run.session().log().spreads();
        assertThat(spreads).extracting(Spread::step).containsExactly(0, 10, 20);
        Map<String, Long> sizes = run.model().module().weights().entrySet().stream()
                .collect(Collectors.groupingBy(e -> e.getKey().split("\\.")[0],
                        Collectors.summingLong(e -> e.getValue().shape().size())));
        for (Spread spread : spreads) {
            assertThat(spread.parts().keySet()).isEqualTo(sizes.keySet());
            spread.parts().forEach((part, is) -> {
                assertThat(is.weights().size()).as(part).isEqualTo(sizes.get(part));
                assertThat(is.weights().counts()).hasSize(Spread.Scale.WEIGHTS.bins());
                assertThat(is.gradients().size()).as(part).isEqualTo(spread.step() == 0 ? 0 : sizes.get(part));
            });
        }
        for (int step : new int[]{10, 20}) {
            double norm = run.rows().stream().filter(r -> r.step() == step && r.values().containsKey("grad_norm"))
                    .findFirst().orElseThrow().values().get("grad_norm");
            double squares = spreads.get(step / 10).parts().values().stream().mapToDouble(p -> p.gradients().squares())
                    .sum();
            assertThat(norm).as("it is clipped").isGreaterThan(0.05);
            assertThat(Math.sqrt(squares)).isCloseTo(norm, within(1e-4 * norm));
        }
        double norm = TestLane.run(context -> {
            double all = 0;
            for (Map.Entry<String, Weight> e : run.model().module().weights().entrySet()) {
                if (e.getKey().startsWith("vision_model.")) {
                    try (NDArray square = e.getValue().get().square(); NDArray sum = square.sum()) {
                        all += sum.toFloatArray()[0];
                    }
                }
            }
            return Math.sqrt(all);
        });
        assertThat(spreads.getLast().parts().get("vision_model").weights().norm()).isCloseTo(norm, within(1e-4 * norm));
        double whole = TinyRun.numbers(run.model()).values().stream()
                .mapToDouble(values -> squares(values)).sum();
        assertThat(run.session().summary().last().get("weight_norm")).isCloseTo(Math.sqrt(whole),
                within(1e-4 * Math.sqrt(whole)));
        RunLog read = RunLogFile.read(folder.resolve("run"));
        assertThat(read.spreads()).isEqualTo(spreads);
        assertThat(read.since(0)).isEqualTo(run.rows());
        run.close();
    }

    @Test
    void whatIsFrozenHasNoGradients() throws Exception {
        FineTunePlan plan = TinyPlans.of("clip", "steps", "2", "schedule.warmup", "1", "trains.parts",
                "[\"visual_projection\"]");
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        assertThat(run.session().log().spreads().getLast().parts()).containsOnlyKeys("visual_projection");
        run.close();
    }

    /// Weights of an evaluation are no different for being counted, and a run that goes on keeps the lines up to its checkpoint.
    @ParameterizedTest
    @ValueSource(ints = {7, 14})
    void aRunThatGoesOnHasTheSameLines(int cut) throws Exception {
        FineTunePlan plan = TinyPlans.of("clip");
        TinyRun whole = TinyRun.start(plan, folder.resolve("whole")).toTheEnd();
        List<Spread> wanted = whole.session().log().spreads();
        whole.close();
        TinyRun first = TinyRun.start(plan, folder.resolve("cut"));
        TinyRun.until(() -> first.session().summary().step() >= cut);
        first.session().stop();
        first.toTheEnd();
        first.close();
        TinyRun second = TinyRun.resume(folder.resolve("cut")).toTheEnd();
        assertThat(second.session().log().spreads()).extracting(Spread::step, Spread::parts)
                .isEqualTo(wanted.stream().map(s -> Tuple.tuple(s.step(), s.parts())).toList());
        assertThat(RunLogFile.read(folder.resolve("cut")).spreads()).isEqualTo(second.session().log().spreads());
        second.close();
    }

    @Test
    void aLogOfAnEarlierVersionHasNone() throws Exception {
        FineTunePlan plan = TinyPlans.of("clip", "steps", "2", "schedule.warmup", "1");
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        List<RunLog.Row> rows = run.rows();
        run.close();
        Path file = folder.resolve("run").resolve(RunLogFile.NAME);
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).anyMatch(l -> l.contains("\"gradients\""));
        Files.write(file, lines.stream().filter(l -> !l.contains("\"gradients\"")).toList());
        RunLog old = RunLogFile.read(folder.resolve("run"));
        assertThat(old.spreads()).isEmpty();
        assertThat(old.since(0)).isEqualTo(rows);
    }
}
