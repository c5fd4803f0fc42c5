package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Probe;
import org.diptych.engine.model.Segments;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.objective.Seeds;
import org.diptych.engine.work.Natives;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Gradient checkpointing changes what is held, not what is learnt.
@Tag("invariant")
class CheckpointingTest {
    private static final double CLOSE = 1e-6;

    @TempDir
    Path folder;

    private <T> T fresh(FineTunePlan plan, FreshTrainer.Work<T> work) throws Exception {
        return FreshTrainer.of(folder.resolve("beside"), plan, work);
    }

    private FreshTrainer.Step step(FineTunePlan plan) throws Exception {
        return FreshTrainer.step(folder.resolve("beside"), plan);
    }

    private static double length(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += ((double) one[i] - other[i]) * (one[i] - other[i]);
        }
        return Math.sqrt(sum);
    }

    /// To six digits of each tensor's own size. A key's bias moves no softmax, so that its gradient is rounding alone: it is held to the size of all gradients.
    private static void same(Map<String, float[]> with, Map<String, float[]> without) {
        assertThat(with.keySet()).isEqualTo(without.keySet());
        double all = Math.sqrt(without.values().stream().mapToDouble(g -> length(g, new float[g.length]))
                .map(l -> l * l).sum());
        assertThat(all).isPositive();
        int moved = 0;
        for (Map.Entry<String, float[]> one : without.entrySet()) {
            double size = length(one.getValue(), new float[one.getValue().length]);
            moved += size > 1e-6 * all ? 1 : 0;
            assertThat(length(with.get(one.getKey()), one.getValue())).as(one.getKey())
                    .isLessThanOrEqualTo(CLOSE * size + 1e-9 * all);
        }
        assertThat(moved).isGreaterThan(3);
    }

    private static String[] plain(String... more) {
        return java.util.stream.Stream.concat(
                java.util.stream.Stream.of("optimizer.clipNorm", "0", "data.hardNegatives", "0"),
                java.util.stream.Stream.of(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "albef", "roberta", "vilt", "uniter", "blip", "blip2", "blip2-stage2", "lxmert",
            "vilbert",
            "vlmo", "beit3", "llava"})
    void gradientsAreTheSame(String name) throws Exception {
        FineTunePlan plan = TinyPlans.of(name, plain());
        FreshTrainer.Step with = step(plan.withCheckpointing(true));
        FreshTrainer.Step without = step(plan);
        assertThat(with.values().get("loss")).isCloseTo(without.values().get("loss"), within(1e-6));
        same(with.gradients(), without.gradients());
    }

    /// Where only some layers learn, where low-rank changes do, and where the batch is divided.
    @ParameterizedTest
    @CsvSource({"clip, trains.parts, '[\"text_model\", \"text_projection\"]'",
            "albef, trains.frozen, '[\"visual_encoder.blocks.0\", \"text_encoder.embeddings\"]'",
            "llava, trains.frozen, '[\"language_model.model.layers.0\"]'",
            "roberta, lora, '{\"rank\": 4, \"alpha\": 8, \"projections\": [\"query\", \"value\"]}'",
            "vilt, accumulate, 4", "vlmo, config.arch.use_abs_pos_emb, false",
            "beit3, trains.frozen, '[\"beit3.encoder.layers.0\"]'",
            "blip2, trains.frozen, '[]'",
            "blip2-stage2, config.text_config, '" + TinyPlans.T5 + "'"})
    void alsoWhereNotAllLearns(String name, String key, String value) throws Exception {
        FineTunePlan plan = TinyPlans.of(name, plain(key, value));
        same(step(plan.withCheckpointing(true)).gradients(), step(plan).gradients());
    }

    /// Runs segments as parts of the one graph, with the random numbers that a tape gives them.
    private static final class Recording implements Segments {
        private final long seed;
        private int number;

        Recording(long seed) {
            this.seed = seed;
        }

        @Override
        public NDList run(Module learns, UnaryOperator<NDList> piece, NDList inputs) {
            JniUtils.setSeed(Seeds.mix(seed, 2L * number));
            NDList out = piece.apply(inputs);
            JniUtils.setSeed(Seeds.mix(seed, 2L * number++ + 1));
            return out;
        }
    }

    private Map<String, float[]> gradients(FineTunePlan plan, Segments segments,
            BiConsumer<GradientCollector, NDArray> back)
            throws Exception {
        return fresh(plan, (model, trainer, first, scope) -> {
            JniUtils.setSeed(3);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray total = null;
                for (Objective objective : trainer.objectives(0)) {
                    NDArray loss = objective.loss(model, new Pass(true, true, Probe.NONE, segments), objective
                            .inputs(model, first.courses().get(objective), model.batch(first.samples(), scope), scope))
                            .total();
                    total = total == null ? loss : total.add(loss);
                }
                back.accept(collector, total);
            }
            Map<String, float[]> out = new LinkedHashMap<>();
            model.module().weights().forEach((name, weight) -> {
                try (NDArray gradient = JniUtils.getGradient((ai.djl.pytorch.engine.PtNDArray) weight.get())) {
                    if (gradient != null) {
                        out.put(name, gradient.toFloatArray());
                    }
                }
            });
            return out;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"roberta", "vilt", "uniter"})
    void aSegmentDrawsTheSameTwice(String name) throws Exception {
        FineTunePlan plan = TinyPlans.of(name, plain("config.hidden_dropout_prob", "0.3"));
        Tape tape = new Tape(11);
        Map<String, float[]> with = gradients(plan, tape, (collector, loss) -> tape.backward(loss));
        same(with, gradients(plan, new Recording(11), GradientCollector::backward));
        Map<String, float[]> others = gradients(plan, new Recording(12), GradientCollector::backward);
        assertThatThrownBy(() -> same(with, others)).as("dropout is on").isInstanceOf(AssertionError.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "albef"})
    void aRunGoesTheSameWay(String name) throws Exception {
        FineTunePlan plan = TinyPlans.of(name, "steps", "8", "data.hardNegatives", "0");
        TinyRun without = TinyRun.start(plan, folder.resolve("without")).toTheEnd();
        TinyRun with = TinyRun.start(plan.withCheckpointing(true), folder.resolve("with")).toTheEnd();
        assertThat(with.losses()).hasSize(8).hasSameSizeAs(without.losses());
        without.losses().forEach((step, loss) -> assertThat(with.losses().get(step)).as("step %s", step)
                .isCloseTo(loss, within(1e-5)));
        without.close();
        with.close();
    }

    /// With dropout, so that the steps behind the checkpoint have to draw what they would have drawn.
    @ParameterizedTest
    @CsvSource({"true, fp32", "true, bf16", "false, bf16"})
    void aResumedRunIsTheSameToTheBit(boolean checkpointing, String precision) throws Exception {
        FineTunePlan plan = TinyPlans.of("roberta", "steps", "40", "accumulate", "2", "data.hardNegatives", "0",
                "config.hidden_dropout_prob", "0.2").withCheckpointing(checkpointing).withPrecision(precision);
        TinyRun whole = TinyRun.start(plan, folder.resolve("whole")).toTheEnd();
        Map<Integer, Double> losses = whole.losses();
        Map<String, float[]> learnt = whole.numbers();
        whole.close();
        TinyRun half = TinyRun.start(plan, folder.resolve("half"));
        TinyRun.until(() -> half.losses().size() >= 3);
        half.session().stop();
        half.toTheEnd().close();
        assertThat(half.losses().size()).as("stopped on its way").isLessThan(40);
        TinyRun rest = TinyRun.resume(folder.resolve("half")).toTheEnd();
        rest.losses().forEach((step, loss) -> assertThat(loss).as("step %s", step).isEqualTo(losses.get(step)));
        assertThat(rest.losses()).containsKey(40);
        Map<String, float[]> again = rest.numbers();
        learnt.forEach((name, numbers) -> assertThat(again.get(name)).as(name).containsExactly(numbers));
        rest.close();
    }

    /// Twelve layers: what is held when the way back begins, and with what one layer takes on it.
    @Test
    void farLessIsHeld() throws Exception {
        Assumptions.assumeTrue(Natives.allocated().isPresent());
        FineTunePlan plan = TinyPlans.of("roberta", plain("config.num_hidden_layers", "12", "config.hidden_size",
                "64", "config.intermediate_size", "256", "batch", "32"));
        FreshTrainer.Work<Long> held = (model, trainer, first, scope) -> {
            trainer.held(first, scope); // makes what later passes share
            return trainer.held(first, scope).orElseThrow();
        };
        long without = fresh(plan, held);
        long with = fresh(plan.withCheckpointing(true), held);
        assertThat(without).isGreaterThan(10L << 20);
        assertThat((double) with / without).isLessThan(0.4);
        double logged = step(plan).values().get("mib.mlm");
        assertThat(step(plan.withCheckpointing(true)).values().get("mib.mlm")).isLessThan(0.3 * logged);
    }

    @Test
    void aPlanKeepsIt() throws Exception {
        assertThat(TinyPlans.of("vilt").checkpointing()).isFalse();
        FineTunePlan plan = TinyPlans.of("vilt", "checkpointing", "true");
        assertThat(plan.checkpointing()).isTrue();
        assertThat(PlanFile.parse(PlanFile.json(plan), "again")).isEqualTo(plan);
        assertThat(plan.withSteps(7).withSeed(2).stretched(30).withObjectives(plan.objectives()).withData(plan.data())
                .with(2, plan.earlyStop()).withMoments(plan.moments()).withSources(s -> s).checkpointing()).isTrue();
        assertThatThrownBy(() -> TinyPlans.of("vilt", "checkpointing", "3")).isInstanceOf(EngineException.class)
                .hasMessageContaining("checkpointing").hasMessageContaining("true, false");
    }
}
