package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Sample;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.TellsNext;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Low-rank changes: what learns, what stays, and what is kept.
@Tag("invariant")
class LoraTest {
    @TempDir
    Path folder;

    /// @return what a model says of one picture and text, on the path that the pass allows
    private static float[] says(VisionLanguageModel model, Pass pass, NDManager scope) throws EngineException {
        Inputs inputs = model.batch(List.of(model.encode(
                Sample.of(Toybox.scene(5, 32, World.ALIGNED).picture(), "what is the red thing?"))), scope);
        return (model instanceof TellsNext next
                ? next.nextLogits(pass, inputs)
                : ((EncodesImage) model).encodeImage(pass, inputs)).toFloatArray();
    }

    private static FineTunePlan llava(String... more) throws Exception {
        String[] set = {"steps", "6", "optimizer.rate", "0.02"};
        String[] all = Arrays.copyOf(set, set.length + more.length);
        System.arraycopy(more, 0, all, set.length, more.length);
        return TinyPlans.of("llava-stage2-lora", all);
    }

    @Test
    void onlyTheChangesAndTheProjectorLearn() throws Exception {
        TinyRun run = TinyRun.start(llava(), folder.resolve("run")).toTheEnd();
        Map<String, float[]> learnt = run.numbers();
        List<String> own = learnt.keySet().stream().filter(n -> n.contains("lora_")).toList();
        assertThat(own).as("two for each of four maps in two layers").hasSize(16)
                .allMatch(n -> n.startsWith("language_model."));
        TinyRun.await(run.session().restore());
        Map<String, float[]> base = run.numbers();
        assertThat(base.keySet()).as("the model is as it was").noneMatch(n -> n.contains("lora_"));
        base.forEach((name, values) -> assertThat(Arrays.equals(values, learnt.get(name))).as(name)
                .isEqualTo(!name.startsWith("multi_modal_projector")));
        assertThat(own).allMatch(n -> !allZero(learnt.get(n)));
        run.close();
    }

    private static boolean allZero(float[] values) {
        for (float v : values) {
            if (v != 0) {
                return false;
            }
        }
        return true;
    }

    /// The kept folder has the reference's own names, and says what the run said, by kernels and on the readable path.
    @ParameterizedTest
    @ValueSource(strings = {"llava", "clip"})
    void mergedIsTheSame(String family) throws Exception {
        FineTunePlan plan = family.equals("llava")
                ? llava()
                : TinyRun.plan("\"rate\": 0.003",
                        "\"rate\": 0.02}, \"lora\": {\"rank\": 2, \"projections\": [\"q_proj\", \"fc1\"]");
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        Path kept = TinyRun.await(run.session().keep(folder.resolve("kept")));
        Map<String, float[]> now = new HashMap<>();
        TestLane.run(context -> {
            now.put("fused", says(run.model(), Pass.INFER, context.scope()));
            now.put("readable", says(run.model(), Pass.READABLE, context.scope()));
            try (CheckpointReader reader = CheckpointReader.open(kept.resolve("model.safetensors"))) {
                assertThat(reader.names()).noneMatch(n -> n.contains("lora"))
                        .filteredOn(n -> !n.endsWith("position_ids")).hasSize(
                                (int) run.model().module().weights().keySet().stream().filter(n -> !n.contains("lora"))
                                        .count());
            }
            VisionLanguageModel merged = new Loader(Models.all()).load(kept, context.scope().newSubManager()).model();
            for (Pass pass : List.of(Pass.INFER, Pass.READABLE)) {
                float[] said = says(merged, pass, context.scope());
                assertThat(now.get("fused")).containsExactly(said, within(1e-5f));
                assertThat(now.get("readable")).containsExactly(said, within(1e-5f));
            }
            return true;
        });
        TinyRun.await(run.session().restore());
        float[] before = TestLane.run(context -> says(run.model(), Pass.INFER, context.scope()));
        assertThat(before).as("the changes did something").isNotEqualTo(now.get("fused"));
        run.close();
    }

    /// At first the change is nothing: B is zeros.
    @Test
    void aFreshChangeChangesNothing() throws Exception {
        TinyRun run = TinyRun.start(llava(), folder.resolve("run"));
        run.session().stop();
        run.toTheEnd();
        Map<String, float[]> values = run.numbers();
        Set<String> ups = new java.util.TreeSet<>(values.keySet());
        ups.removeIf(n -> !n.contains("lora_"));
        assertThat(ups).filteredOn(n -> n.contains("lora_B")).allMatch(n -> allZero(values.get(n)));
        assertThat(ups).filteredOn(n -> n.contains("lora_A")).noneMatch(n -> allZero(values.get(n)));
        run.close();
    }

    @Test
    void aRunGoesOnToTheBit() throws Exception {
        Cut.goesOnToTheBit(llava("checkpointEvery", "3"), folder, 3);
    }

    @Test
    void aNameThatIsNotThereIsTold() {
        assertThatThrownBy(() -> TinyRun.start(llava("lora.projections", "[\"qqq\"]"), folder.resolve("run")))
                .isInstanceOf(EngineException.class).hasMessageContaining("qqq").hasMessageContaining("q_proj");
        assertThat(Files.exists(folder.resolve("run/log.jsonl"))).isFalse();
        assertThatThrownBy(() -> llava("lora.rank", "-1")).isInstanceOf(EngineException.class)
                .hasMessageContaining("lora.rank");
        assertThatThrownBy(() -> llava("lora.ranks", "1")).isInstanceOf(EngineException.class)
                .hasMessageContaining("lora.ranks");
    }
}
