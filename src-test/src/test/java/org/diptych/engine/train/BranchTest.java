package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary.Status;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that goes on from another one's checkpoint.
@Tag("invariant")
class BranchTest {
    @TempDir
    Path folder;

    private RunFolder run(String name) {
        return new RunFolder(folder.resolve(name));
    }

    private static void branch(RunFolder from, RunFolder to, FineTunePlan plan) throws EngineException {
        TestLane.run(context -> {
            Branch.make(from, to, plan, context.scope());
            return null;
        });
    }

    @Test
    void goesOnWhereTheFormerStoodAndLeavesItAsItWas() throws Exception {
        TinyRun first = TinyRun.start(TinyRun.plan(), folder.resolve("first")).toTheEnd();
        Map<Integer, Double> losses = first.losses();
        first.close();
        byte[] checkpoint = Files.readAllBytes(run("first").checkpoint());
        String log = Files.readString(folder.resolve("first").resolve(RunLogFile.NAME));

        branch(run("first"), run("more"), TinyRun.plan().withSteps(20));
        RunLog.Header header = RunLogFile.read(folder.resolve("more")).header();
        assertThat(header.parent()).isEqualTo("first");
        assertThat(header.branched()).isEqualTo(12);
        assertThat(header.plan().steps()).isEqualTo(20);
        assertThat(run("more").standing().status()).isEqualTo(Status.STOPPED);
        TinyRun more = TinyRun.resume(folder.resolve("more")).toTheEnd();
        assertThat(more.losses()).hasSize(20).containsAllEntriesOf(losses);
        assertThat(more.session().summary().header().parent()).isEqualTo("first");
        more.close();

        assertThat(Files.readAllBytes(run("first").checkpoint())).isEqualTo(checkpoint);
        assertThat(Files.readString(folder.resolve("first").resolve(RunLogFile.NAME))).isEqualTo(log);
        assertThat(RunLogFile.read(folder.resolve("first")).header().parent()).isEmpty();
    }

    private static final String SEED = "\"seed\": 3";
    private static final String FLOOR = "\"warmup\": 2";

    /// @param more keys of the plan; the rate never falls below a half
    private static FineTunePlan plan(int steps, String more) throws EngineException {
        return TinyRun.plan(SEED, SEED + more, FLOOR, FLOOR + ", \"floor\": 0.5").withSteps(steps);
    }

    private static String lora(int rank) {
        return ", \"lora\": {\"rank\": " + rank + ", \"alpha\": 8}";
    }

    private static String frozen(String part) {
        return ", \"trains\": {\"frozen\": [\"" + part + "\"]}";
    }

    /// @return the parent's weights at its end
    private Map<String, float[]> parent(FineTunePlan plan) throws Exception {
        TinyRun run = TinyRun.start(plan, run("first").path()).toTheEnd();
        Map<String, float[]> numbers = run.numbers();
        run.close();
        return numbers;
    }

    /// @return the branch's weights at its end
    private Map<String, float[]> branched(String name, FineTunePlan plan) throws Exception {
        branch(run("first"), run(name), plan);
        return resumed(name);
    }

    private Map<String, float[]> resumed(String name) throws Exception {
        TinyRun run = TinyRun.resume(run(name).path()).toTheEnd();
        Map<String, float[]> numbers = run.numbers();
        run.close();
        return numbers;
    }

    private double value(String name, int step, String key) throws Exception {
        return RunLogFile.read(run(name).path()).since(0).stream()
                .filter(r -> r.step() == step && r.values().containsKey(key)).findFirst().orElseThrow().values()
                .get(key);
    }

    /// A part that is frozen from now on stays as the parent had taught it, also when the branch is taken up from a checkpoint of its own, and in a branch of that branch.
    @Test
    void whatABranchFreezesStaysAsItWasLearnt() throws Exception {
        Map<String, float[]> learnt = parent(plan(12, ""));
        Map<String, float[]> after = branched("more", plan(16, frozen("vision_model")));
        Map<String, float[]> again = resumed("more");
        branch(run("more"), run("third"), plan(18, frozen("vision_model")));
        Map<String, float[]> third = resumed("third");
        learnt.forEach((name, values) -> {
            if (name.startsWith("vision_model.")) {
                assertThat(after.get(name)).as(name).isEqualTo(values);
                assertThat(third.get(name)).as(name).isEqualTo(values);
            }
            assertThat(again.get(name)).as(name).isEqualTo(after.get(name));
        });
        assertThat(after.get("text_projection.weight")).isNotEqualTo(learnt.get("text_projection.weight"));
    }

    /// What learns only from now on begins at the base. Its moments begin anew, so that AdamW's first step is as large as the rate; and taken up in the middle it is to the bit the run that was never broken.
    @Test
    void whatABranchUnfreezesBeginsToLearn() throws Exception {
        Map<String, float[]> learnt = parent(plan(12, frozen("vision_model")));
        Map<String, float[]> after = branched("one", plan(13, ""));
        double rate = value("one", 13, "rate");
        List<Float> moved = new ArrayList<>();
        learnt.forEach((name, values) -> {
            if (name.startsWith("vision_model.") && name.endsWith(".bias")) {
                for (int i = 0; i < values.length; i++) {
                    moved.add(Math.abs(after.get(name)[i] - values[i]));
                }
            }
        });
        moved.sort(null);
        assertThat(moved.get(moved.size() / 2)).isCloseTo((float) rate, within((float) (0.02 * rate)));

        Map<String, float[]> whole = branched("whole", plan(20, ""));
        branch(run("first"), run("cut"), plan(20, ""));
        TinyRun cut = TinyRun.resume(run("cut").path());
        TinyRun.until(() -> cut.session().summary().step() >= 14);
        cut.session().stop();
        cut.toTheEnd();
        cut.close();
        Map<String, float[]> again = resumed("cut");
        whole.forEach((name, values) -> assertThat(again.get(name)).as(name).isEqualTo(values));
    }

    /// At first a change changes nothing, so the first loss is that of the branch without it; then it alone learns.
    @Test
    void lowRankChangesStandBesideWhatWasLearnt() throws Exception {
        Map<String, float[]> learnt = parent(plan(12, ""));
        branched("plain", plan(14, ""));
        Map<String, float[]> after = branched("changed", plan(14, lora(2)));
        learnt.forEach((name, values) -> assertThat(after.get(name)).as(name).isEqualTo(values));
        assertThat(after.get("text_model.encoder.layers.0.self_attn.q_proj.lora_B.weight")).isNotNull()
                .isNotEqualTo(new float[32]);
        assertThat(value("changed", 13, "loss")).isCloseTo(value("plain", 13, "loss"), within(1e-4));
    }

    /// Changes that the branch has too go on with their moments; those that it leaves out, or has in another size, are added to their matrices.
    @Test
    void lowRankChangesThatAreLeftOutAreMerged() throws Exception {
        String matrix = "text_model.encoder.layers.0.self_attn.q_proj";
        Map<String, float[]> learnt = parent(plan(12, lora(2)));
        float[] merged = learnt.get(matrix + ".weight").clone(); // (16, 16), and alpha / r = 4
        for (int i = 0; i < 16; i++) {
            for (int j = 0; j < 16; j++) {
                for (int r = 0; r < 2; r++) {
                    merged[16 * i + j] += 4 * learnt.get(matrix + ".lora_B.weight")[2 * i + r]
                            * learnt.get(matrix + ".lora_A.weight")[16 * r + j];
                }
            }
        }
        assertThat(merged).isNotEqualTo(learnt.get(matrix + ".weight"));
        Map<String, float[]> left = branched("left", plan(13, frozen("text_model")));
        assertThat(left).doesNotContainKey(matrix + ".lora_A.weight");
        assertThat(left.get(matrix + ".weight")).containsExactly(merged, within(1e-6f));
        Map<String, float[]> other = branched("other", plan(13, lora(4)));
        assertThat(other.get(matrix + ".weight")).containsExactly(merged, within(1e-6f));
        assertThat(other.get(matrix + ".lora_B.weight")).hasSize(64);

        branch(run("first"), run("same"), plan(20, lora(2)));
        TestLane.run(context -> {
            RunFolder.Saved before = run("first").load(context.scope());
            RunFolder.Saved after = run("same").load(context.scope());
            assertThat(after.weights()).isEqualTo(before.weights());
            for (String kind : List.of("weight.", "first.", "second.")) {
                String name = kind + matrix + ".lora_B.weight";
                assertThat(after.tensor(name).toFloatArray()).as(name)
                        .isEqualTo(before.tensor(name).toFloatArray());
            }
            return true;
        });
    }

    /// Another rate in the plan holds from the branch's first step; where the plan says the same, a rate that a person had set goes on.
    @Test
    void theBranchsOwnRateHolds() throws Exception {
        TinyRun first = TinyRun.start(plan(12, ""), run("first").path());
        first.session().setRate(1e-4);
        first.toTheEnd();
        first.close();
        FineTunePlan same = plan(14, "");
        branched("same", same);
        assertThat(value("same", 13, "rate")).isEqualTo(Rates.at(same, 13, 0, 1e-4));
        FineTunePlan other = TinyRun.plan("\"rate\": 0.003", "\"rate\": 0.002").withSteps(14);
        branched("other", other);
        assertThat(value("other", 13, "rate")).isEqualTo(Rates.at(other, 13, 0, 0.002));
    }

    @Test
    void whatCannotGoOnIsTold() throws Exception {
        assertThatThrownBy(() -> branch(run("none"), run("to"), TinyRun.plan())).isInstanceOf(EngineException.class)
                .hasMessageContaining("no checkpoint yet");
        TinyRun first = TinyRun.start(TinyRun.plan(), folder.resolve("first")).toTheEnd();
        first.close();
        assertThatThrownBy(() -> branch(run("first"), run("to"), TinyRun.plan())).isInstanceOf(EngineException.class)
                .hasMessageContaining("stands at step 12, and the plan ends at step 12");
        assertThatThrownBy(() -> branch(run("first"), run("to"),
                TinyRun.plan("\"projection_dim\": 16", "\"projection_dim\": 8").withSteps(20)))
                .isInstanceOf(EngineException.class).hasMessageContaining("the same model");
        assertThatThrownBy(() -> branch(run("first"), run("first"), TinyRun.plan().withSteps(20)))
                .isInstanceOf(EngineException.class).hasMessageContaining("holds a run already");
        assertThat(folder.resolve("to")).doesNotExist();
    }
}
