package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.api.PlanMemory.Verdict;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.work.Natives;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a plan is said to take of memory, against what it takes.
@Tag("unit")
class FootprintTest {
    @TempDir
    Path folder;

    /// A committed plan at its own size, for a few steps.
    private static FineTunePlan plan(String name, int batch, int parts) throws Exception {
        JsonObject json = JsonParser.parseString(TinyPlans.json(name)).getAsJsonObject();
        json.remove("stages");
        json.remove("startFrom");
        json.addProperty("steps", 3);
        json.addProperty("batch", batch);
        json.addProperty("accumulate", parts);
        json.getAsJsonObject("schedule").addProperty("warmup", 1);
        json.getAsJsonObject("data").addProperty("train", 64);
        json.getAsJsonObject("data").addProperty("validation", 64);
        return PlanFile.parse(json.toString(), name);
    }

    private VisionLanguageModel model(FineTunePlan plan, NDManager weights) throws Exception {
        Path beside = folder.resolve("beside");
        VisionLanguageModel model = Models.named(plan.model().substring("fresh:".length())).orElseThrow()
                .create(FreshFiles.write(beside, plan), new ModelFiles(Optional.of(beside)));
        ((Initialises) model).initialise(weights, plan.seed());
        return model;
    }

    private interface Way {
        Footprint.Activations of(VisionLanguageModel model, NDManager run) throws Exception;
    }

    private PlanMemory estimate(FineTunePlan plan, Way way) throws Exception {
        return TestLane.run(context -> {
            try (NDManager weights = TestLane.lane().scopes().weights();
                    NDManager run = TestLane.lane().scopes().run()) {
                VisionLanguageModel model = model(plan, weights);
                return Footprint.of(model, plan, way.of(model, run), 0);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private PlanMemory measured(FineTunePlan plan) throws Exception {
        return estimate(plan, (model, run) -> Footprint
                .measure(model, plan, new ToyboxDataset(plan.data(), Split.TRAIN), run, () -> {
                }).orElseThrow());
    }

    /// @return by how much the native heap grew at most while the run went
    private long growth(FineTunePlan plan) throws Exception {
        AtomicLong most = new AtomicLong();
        AtomicLong over = new AtomicLong();
        long before = Natives.allocated().orElseThrow();
        Thread looks = Thread.ofPlatform().daemon().start(() -> {
            while (over.get() == 0) {
                most.accumulateAndGet(Natives.allocated().orElseThrow(), Math::max);
                Thread.onSpinWait();
            }
        });
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        over.set(1);
        looks.join();
        run.close();
        return most.get() - before;
    }

    @ParameterizedTest
    @CsvSource({"clip, 32, 1", "clip, 64, 4", "albef, 16, 1", "llava-stage1, 16, 1"})
    void withinAFactorOfTwoOfWhatARunTakes(String name, int batch, int parts) throws Exception {
        Assumptions.assumeTrue(Natives.allocated().isPresent());
        FineTunePlan plan = plan(name, batch, parts);
        PlanMemory said = measured(plan);
        long grew = growth(plan);
        assertThat(said.measured()).isTrue();
        assertThat((double) said.total() / grew).isBetween(0.5, 2.0);
    }

    @Test
    void alsoWithGradientCheckpointing() throws Exception {
        Assumptions.assumeTrue(Natives.allocated().isPresent());
        FineTunePlan whole = plan("clip", 64, 1);
        FineTunePlan plan = whole.withCheckpointing(true);
        PlanMemory said = measured(plan);
        assertThat(said.activations()).isLessThan(measured(whole).activations() / 2);
        assertThat((double) said.total() / growth(plan)).isBetween(0.5, 2.0);
    }

    @Test
    void alsoInMixedPrecision() throws Exception {
        Assumptions.assumeTrue(Natives.allocated().isPresent());
        FineTunePlan plan = plan("clip", 64, 1).withPrecision(FineTunePlan.BF16);
        PlanMemory said = measured(plan);
        PlanMemory full = measured(plan.withPrecision(FineTunePlan.FP32));
        assertThat(said.activations()).isLessThan(full.activations() * 4 / 5);
        assertThat(said.standing() - said.fixed()).as("weights, gradients and optimiser stay in 32 bits")
                .isEqualTo(full.standing() - full.fixed());
        assertThat((double) said.total() / growth(plan)).isBetween(0.5, 2.0);
    }

    @ParameterizedTest
    @CsvSource({"false, fp32", "true, fp32", "false, bf16", "true, bf16"})
    void theFormulaIsOfTheSameSize(boolean checkpointing, String precision) throws Exception {
        FineTunePlan plan = plan("clip", 32, 1).withCheckpointing(checkpointing).withPrecision(precision);
        PlanMemory tried = measured(plan);
        PlanMemory reckoned = estimate(plan,
                (model, run) -> Footprint.reckon(model, plan, new ToyboxDataset(plan.data(), Split.TRAIN)));
        assertThat(reckoned.measured()).isFalse();
        assertThat(reckoned.standing() - reckoned.fixed()).isEqualTo(tried.standing() - tried.fixed());
        assertThat((double) reckoned.activations() / tried.activations()).isBetween(1 / 3.0, 3.0);
    }

    /// Sixteen bytes a number that learns beside the weight itself; copies that follow have theirs.
    @Test
    void whatStandsIsCounted() throws Exception {
        FineTunePlan plan = plan("albef", 16, 1);
        PlanMemory said = estimate(plan, (model, run) -> new Footprint.Activations(100, 10, true));
        assertThat(said.copies()).isEqualTo(said.gradients()).isEqualTo(said.optimiser() / 2);
        assertThat(said.follows()).isPositive();
        assertThat(said.weights()).isGreaterThanOrEqualTo(said.copies() + said.follows());
        assertThat(said.activations()).isEqualTo(100 + 16 * 10);
        assertThat(said.total())
                .isEqualTo(said.weights() + 4 * said.copies() + said.follows() + said.activations());
    }

    @Test
    void theVerdictFollowsWhatTheDeviceHas() {
        PlanMemory need = new PlanMemory(100, 0, 0, 0, 0, 0, 10, true, 40, 1, 0);
        assertThat(need.verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(need.total()).isEqualTo(500);
        assertThat(need.on(1000).verdict()).isEqualTo(Verdict.FITS);
        assertThat(need.on(600).verdict()).isEqualTo(Verdict.TIGHT);
        assertThat(need.on(499).verdict()).isEqualTo(Verdict.WONT_FIT);
        assertThat(need.on(400).largestBatch()).isEqualTo(22);
        assertThat(need.on(400).dividing(22, 1).verdict()).isEqualTo(Verdict.FITS);
        assertThat(need.on(400).dividing(40, 4).verdict()).isEqualTo(Verdict.FITS);
        assertThat(need.on(400).partsThatFit()).hasValue(2);
        assertThat(need.on(110).largestBatch()).isZero();
        assertThat(need.on(110).partsThatFit()).isEmpty();
    }
}
