package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Mixed precision learns nearly what 32 bits learn, with weights, gradients and judgements in 32 bits. Every processor computes bf16, most slowly, so this holds on any.
@Tag("invariant")
class MixedTrainingTest {
    @TempDir
    Path folder;

    private static FineTunePlan plan(String name, String... more) throws Exception {
        return TinyPlans.of(name, java.util.stream.Stream.concat(
                java.util.stream.Stream.of("optimizer.clipNorm", "0", "data.hardNegatives", "0"),
                java.util.stream.Stream.of(more)).toArray(String[]::new));
    }

    /// What a step leaves.
    ///
    /// @param types of the gradients that lie on the weights
    private record Left(double loss, Map<String, float[]> gradients, Map<String, DataType> types) {
        double length() {
            return Math.sqrt(gradients.values().stream().mapToDouble(MixedTrainingTest::square).sum());
        }
    }

    private static double square(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += (double) v * v;
        }
        return sum;
    }

    private Left step(FineTunePlan plan) throws Exception {
        return FreshTrainer.of(folder.resolve("beside"), plan, (model, trainer, first, scope) -> {
            double loss = trainer.step(1, 1e-3, first, scope).get("loss");
            Map<String, float[]> gradients = new LinkedHashMap<>();
            Map<String, DataType> types = new LinkedHashMap<>();
            model.module().weights().forEach((name, weight) -> {
                try (NDArray gradient = JniUtils.getGradient((PtNDArray) weight.get())) {
                    if (gradient != null) {
                        types.put(name, gradient.getDataType());
                        gradients.put(name, gradient.toFloatArray());
                    }
                }
            });
            return new Left(loss, gradients, types);
        });
    }

    /// All gradients together point the same way. Single ones may be of rounding alone, such as that of a key's bias.
    private static double cosine(Left one, Left other) {
        double sum = 0;
        for (Map.Entry<String, float[]> each : one.gradients.entrySet()) {
            float[] its = other.gradients.get(each.getKey());
            for (int i = 0; i < its.length; i++) {
                sum += (double) its[i] * each.getValue()[i];
            }
        }
        return sum / (one.length() * other.length());
    }

    private void near(FineTunePlan plan) throws Exception {
        Left full = step(plan);
        Left mixed = step(plan.withPrecision(FineTunePlan.BF16));
        assertThat(mixed.loss).isNotEqualTo(full.loss).isCloseTo(full.loss, within(2e-2 * full.loss));
        assertThat(mixed.types.keySet()).as("what learns").isEqualTo(full.types.keySet()).hasSizeGreaterThan(3);
        assertThat(mixed.types.values()).containsOnly(DataType.FLOAT32);
        full.gradients.forEach((name, gradient) -> {
            if (square(gradient) > 1e-6 * Math.pow(full.length(), 2)) {
                assertThat(square(mixed.gradients.get(name))).as(name).isPositive();
            }
        });
        assertThat(mixed.length() / full.length()).isBetween(0.9, 1.1);
        assertThat(cosine(mixed, full)).isGreaterThan(0.98);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "albef", "roberta", "vilt", "uniter", "blip", "blip2", "blip2-stage2", "lxmert",
            "vilbert", "vlmo", "beit3", "llava"})
    void aStepIsNearlyTheSame(String name) throws Exception {
        near(plan(name));
    }

    /// With low-rank changes, with layers that are computed twice, in micro-batches, and with parts that stay as they are.
    @ParameterizedTest
    @CsvSource({"roberta, lora, '{\"rank\": 4, \"alpha\": 8, \"projections\": [\"query\", \"value\"]}'",
            "clip, checkpointing, true", "vilt, accumulate, 4",
            "clip, trains.parts, '[\"text_model\", \"text_projection\"]'"})
    void alsoInOtherWays(String name, String key, String value) throws Exception {
        near(plan(name, key, value));
    }

    /// It learns; what judges it, first of all the weights that all runs begin from, is in 32 bits.
    @Test
    void aRunLearns() throws Exception {
        FineTunePlan plan = TinyRun.plan("\"steps\": 12", "\"steps\": 40");
        TinyRun full = TinyRun.start(plan, folder.resolve("full")).toTheEnd();
        TinyRun mixed = TinyRun.start(plan.withPrecision(FineTunePlan.BF16), folder.resolve("mixed")).toTheEnd();
        assertThat(first(mixed)).isEqualTo(first(full));
        Map<Integer, Double> losses = mixed.losses();
        assertThat(losses).hasSize(40).isNotEqualTo(full.losses());
        assertThat(mean(losses, 36)).as("%s", losses).isLessThan(0.8 * mean(losses, 1));
        assertThat(mean(losses, 36)).isCloseTo(mean(full.losses(), 36), within(0.1 * mean(losses, 1)));
        RunLog.Header header = RunLogFile.read(folder.resolve("mixed")).header();
        assertThat(header.plan().precision()).isEqualTo("bf16");
        full.close();
        mixed.close();
    }

    private static double mean(Map<Integer, Double> losses, int from) {
        return losses.entrySet().stream().filter(e -> e.getKey() >= from && e.getKey() < from + 5)
                .mapToDouble(Map.Entry::getValue).average().orElseThrow();
    }

    /// @return the loss of the validation pairs before the first step
    private static double first(TinyRun run) {
        RunLog.Row row = run.rows().getFirst();
        assertThat(row.step()).isZero();
        return row.values().get("validation.loss");
    }

    @Test
    void aPlanKeepsIt() throws Exception {
        assertThat(plan("vilt").precision()).isEqualTo(FineTunePlan.FP32);
        FineTunePlan plan = plan("vilt", "precision", "\"bf16\"");
        assertThat(plan.mixed()).isTrue();
        assertThat(PlanFile.parse(PlanFile.json(plan), "again")).isEqualTo(plan);
        assertThat(plan.withSteps(7).withSeed(2).stretched(30).withObjectives(plan.objectives()).withData(plan.data())
                .with(2, plan.earlyStop()).withMoments(plan.moments()).withSources(s -> s).withCheckpointing(true)
                .mixed()).isTrue();
        assertThatThrownBy(() -> plan("vilt", "precision", "\"fp16\"")).isInstanceOf(EngineException.class)
                .hasMessageContaining("precision").hasMessageContaining("fp32, bf16");
    }
}
