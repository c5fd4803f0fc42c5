package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("invariant")
class TrainingSessionTest {
    @TempDir
    Path folder;

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    /// What a program that died leaves behind: it says that it runs, and nobody does.
    static void died(Path run) throws IOException {
        Path file = run.resolve("status.json");
        JsonObject status = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        status.addProperty("status", "RUNNING");
        status.addProperty("born", "1999-12-31T23:59:59Z");
        Files.writeString(file, status.toString());
    }

    private static boolean same(Map<String, float[]> a, Map<String, float[]> b) {
        return a.keySet().equals(b.keySet()) && a.keySet().stream().allMatch(n -> Arrays.equals(a.get(n), b.get(n)));
    }

    @Test
    void itLearnsAndTheBaseStaysAsItWas() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 80"), folder.resolve("a"));
        run.toTheEnd();
        Map<String, float[]> learnt = run.numbers();
        Map<Integer, Double> losses = run.losses();
        assertThat(losses.get(80)).isLessThan(0.7 * losses.get(1));
        assertThat(run.rows().getFirst().step()).isZero();
        assertThat(run.rows().getFirst().values()).containsKeys("validation.loss", "validation.r1.image_to_text",
                "validation.r1.text_to_image");
        assertThat(run.session().log().snapshot().orElseThrow().step()).isEqualTo(80);
        assertThat(run.session().summary().last()).containsKeys("loss", "loss.contrastive", "rate", "grad_norm",
                "temperature", "pairs_per_second", "validation.loss");
        TinyRun.await(run.session().restore());
        Map<String, float[]> base = run.numbers();
        TinyRun fresh = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 2"), folder.resolve("b"));
        TinyRun.await(fresh.session().restore());
        assertThat(same(base, fresh.numbers())).isTrue();
        assertThat(same(base, learnt)).isFalse();
        run.close();
        fresh.close();
    }

    @Test
    void aKeptModelIsReadByTheOrdinaryLoader() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan(), folder.resolve("run")).toTheEnd();
        Path kept = TinyRun.await(run.session().keep(folder.resolve("kept")));
        assertThat(kept).isDirectoryContaining("glob:**model.safetensors").isDirectoryContaining("glob:**config.json")
                .isDirectoryContaining("glob:**tokenizer.json").isDirectoryContaining("glob:**preprocessor_config.json")
                .isDirectoryContaining("glob:**diptych.json");
        JsonObject about = JsonParser.parseString(Files.readString(kept.resolve("diptych.json"))).getAsJsonObject();
        assertThat(about.get("steps").getAsInt()).isEqualTo(12);
        assertThat(about.getAsJsonObject("metrics").has("validation.r1")).isTrue();
        assertThat(PlanFile.parse(about.get("plan").toString(), "kept")).isEqualTo(TinyRun.plan());
        Map<String, float[]> expected = run.numbers();
        Map<String, float[]> read = TestLane.run(context -> {
            Map<String, float[]> out = new java.util.LinkedHashMap<>();
            new Loader(Models.all()).load(kept, context.scope()).model().module().weights()
                    .forEach((name, weight) -> out.put(name, weight.get().toFloatArray()));
            return out;
        });
        assertThat(same(read, expected)).isTrue();
        Path half = TinyRun.await(run.session().keep(folder.resolve("half"), true));
        assertThat(Files.size(half.resolve("model.safetensors")))
                .isLessThan(Files.size(kept.resolve("model.safetensors")) * 6 / 10);
        TestLane.run(context -> {
            new Loader(Models.all()).load(half, context.scope()).model().module().weights()
                    .forEach((name, weight) -> assertThat(weight.get().toFloatArray()).as(name)
                            .containsExactly(expected.get(name), within(1e-3f)));
            return true;
        });
        TinyRun.await(run.session().keep(folder.resolve("kept")));
        RunSummary summary = new RunStore(folder).list().getFirst();
        assertThat(summary.status()).isEqualTo(Status.FINISHED);
        assertThat(summary.kept()).contains(kept.toAbsolutePath());
        assertThat(summary.last()).isEqualTo(run.session().summary().last());
        run.close();
        assertThatThrownBy(() -> TinyRun.await(run.session().keep(folder.resolve("late"))))
                .isInstanceOf(EngineException.class).hasMessageContaining("dropped");
    }

    @Test
    void aResumedRunFollowsTheSameLossesToTheBit() throws Exception {
        TinyRun whole = TinyRun.start(TinyRun.plan(), folder.resolve("whole")).toTheEnd();
        TinyRun cut = TinyRun.start(TinyRun.plan(), folder.resolve("cut"));
        TinyRun.until(() -> cut.losses().size() >= 7);
        cut.session().pause();
        TinyRun.until(() -> cut.session().status() == Status.PAUSED);
        TestLane.run(context -> true); // the piece that was under way has ended
        Path left = folder.resolve("left");
        copy(folder.resolve("cut"), left);
        died(left);
        cut.close();
        assertThat(new RunFolder(left).standing().status()).isEqualTo(Status.INTERRUPTED);
        TinyRun resumed = TinyRun.resume(left).toTheEnd();
        assertThat(resumed.losses()).isEqualTo(whole.losses()).hasSize(12);
        assertThat(same(resumed.numbers(), whole.numbers())).isTrue();
        whole.close();
        resumed.close();
    }

    @Test
    void aRunThatDiedBeforeItsFirstCheckpointBeginsAgain() throws Exception {
        TinyRun cut = TinyRun.start(TinyRun.plan("\"checkpointEvery\": 5", "\"checkpointEvery\": 500"),
                folder.resolve("cut"));
        TinyRun.until(() -> cut.losses().size() >= 3);
        cut.session().pause();
        TestLane.run(context -> true);
        Path left = folder.resolve("left");
        copy(folder.resolve("cut"), left);
        died(left);
        cut.close();
        assertThat(new RunFolder(left).hasCheckpoint()).isFalse();
        TinyRun resumed = TinyRun.resume(left).toTheEnd();
        assertThat(resumed.losses().keySet()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        resumed.close();
    }

    @Test
    void pauseHoldsAndTheRateFollowsThePerson() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 100000"), folder.resolve("run"));
        TinyRun.until(() -> run.losses().size() >= 3);
        run.session().pause();
        TestLane.run(context -> true);
        int held = run.session().log().size();
        Thread.sleep(200);
        assertThat(run.session().log().size()).isEqualTo(held);
        assertThat(run.session().status()).isEqualTo(Status.PAUSED);
        run.session().setRate(1e-5);
        run.session().resume();
        TinyRun.until(() -> run.session().log().size() >= held + 3);
        assertThat(run.rows().stream().skip(held + 1).filter(r -> r.values().containsKey("rate")).findFirst()
                .orElseThrow().values().get("rate")).isLessThanOrEqualTo(1e-5);
        assertThatThrownBy(() -> run.session().setRate(1)).isInstanceOf(IllegalArgumentException.class);
        run.session().stop();
        run.toTheEnd();
        assertThat(run.session().status()).isEqualTo(Status.STOPPED);
        assertThat(new RunFolder(folder.resolve("run")).hasCheckpoint()).isTrue();
        run.close();
    }

    @Test
    void aPausedRunSeesThatItWasCancelled() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 100000"), folder.resolve("run"));
        TinyRun.until(() -> run.losses().size() >= 2);
        run.session().pause();
        run.session().job().cancel();
        assertThatThrownBy(() -> TinyRun.await(run.session().job())).satisfiesAnyOf(
                e -> assertThat(e).isInstanceOf(CancellationException.class),
                e -> assertThat(e).isInstanceOf(CompletionException.class)
                        .hasCauseInstanceOf(CancellationException.class));
        assertThat(run.session().job().state()).isEqualTo(JobHandle.State.CANCELLED);
        assertThat(run.session().status()).isEqualTo(Status.STOPPED);
        assertThat(new RunFolder(folder.resolve("run")).hasCheckpoint()).isTrue();
        run.close();
    }

    @Test
    void noNumberStopsTheRunAndKeepsTheLastGoodWeights() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan("\"rate\": 0.003", "\"rate\": 0.003, \"clipNorm\": 0"),
                folder.resolve("run"));
        TinyRun.until(() -> run.losses().size() >= 6);
        run.session().pause();
        TestLane.run(context -> {
            run.model().module().weights().values().iterator().next().get().muli(Float.NaN);
            return true;
        });
        int step = run.session().summary().step();
        byte[] good = Files.readAllBytes(folder.resolve("run/checkpoint.safetensors"));
        run.session().resume();
        String at = "step " + (step + 1);
        assertThatThrownBy(run::toTheEnd).isInstanceOf(EngineException.class).hasMessageContaining(at);
        assertThat(run.session().status()).isEqualTo(Status.FAILED);
        assertThat(run.session().summary().step()).isEqualTo(step / 5 * 5);
        assertThat(Files.readAllBytes(folder.resolve("run/checkpoint.safetensors"))).isEqualTo(good);
        run.numbers().forEach((name, values) -> {
            for (float v : values) {
                assertThat(v).as(name).isFinite();
            }
        });
        assertThat(new RunStore(folder).list().getFirst().status()).isEqualTo(Status.FAILED);
        run.close();
    }

    /// What stands in the way of the temporary file stands in for a full or read-only disk, which a test that runs as root cannot have.
    @Test
    void aCheckpointThatCannotBeWrittenLosesNothing() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 40"), folder.resolve("run"));
        Path checkpoint = folder.resolve("run/checkpoint.safetensors");
        TinyRun.until(() -> Files.exists(checkpoint));
        run.session().pause();
        TestLane.run(context -> true);
        Files.createDirectories(folder.resolve("run/.checkpoint.safetensors.part/x"));
        byte[] good = Files.readAllBytes(checkpoint);
        run.session().resume();
        assertThatThrownBy(run::toTheEnd).isInstanceOf(EngineException.class)
                .hasMessageContaining("checkpoint.safetensors");
        assertThat(run.session().status()).isEqualTo(Status.FAILED);
        assertThat(Files.readAllBytes(checkpoint)).isEqualTo(good);
        Path elsewhere = TinyRun.await(run.session().keep(folder.resolve("elsewhere")));
        assertThat(elsewhere.resolve("model.safetensors")).exists();
        run.close();
    }

    @Test
    void aFolderThatCannotBeWritten() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        assertThatThrownBy(() -> TinyRun.start(TinyRun.plan(), file.resolve("run")))
                .isInstanceOf(EngineException.class).hasMessageContaining(file.toString());
    }

    @Test
    void aFolderWithARunIsNotWrittenOver() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan(), folder.resolve("run"));
        assertThatThrownBy(() -> TinyRun.start(TinyRun.plan(), folder.resolve("run")))
                .isInstanceOf(EngineException.class).hasMessageContaining("already");
        assertThatThrownBy(() -> TinyRun.resume(folder.resolve("run"))).isInstanceOf(EngineException.class)
                .hasMessageContaining("under way");
        run.toTheEnd();
        run.close();
    }

    @Test
    void aSetSmallerThanABatch() throws Exception {
        FineTunePlan plan = TinyRun.plan();
        Dataset few = new Dataset() {
            @Override
            public String name() {
                return "few";
            }

            @Override
            public int size() {
                return 7;
            }

            @Override
            public Example example(int index) {
                return new ToyboxDataset(plan.data(), Split.TRAIN).example(index);
            }
        };
        assertThatThrownBy(() -> TinyRun.start(plan, folder.resolve("run"), few)).isInstanceOf(EngineException.class)
                .hasMessageContaining("few").hasMessageContaining("7").hasMessageContaining("8");
        assertThat(folder.resolve("run").resolve(RunLogFile.NAME)).doesNotExist();
    }

    @Test
    void onlyThePartsThatThePlanNamesLearn() throws Exception {
        TinyRun fresh = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 2"), folder.resolve("fresh"));
        TinyRun.await(fresh.session().restore());
        Map<String, float[]> base = fresh.numbers();
        TinyRun run = TinyRun.start(TinyRun.plan("\"seed\": 3", "\"seed\": 3, \"trains\": {\"parts\": "
                + "[\"vision_model.encoder\", \"text_projection\"], \"frozen\": [\"vision_model.encoder.layers.0\"]}"),
                folder.resolve("run")).toTheEnd();
        Map<String, float[]> after = run.numbers();
        for (String name : base.keySet()) {
            boolean learns = name.startsWith("vision_model.encoder.layers.1.") || name.startsWith("text_projection");
            assertThat(Arrays.equals(after.get(name), base.get(name))).as(name).isEqualTo(!learns);
        }
        assertThatThrownBy(() -> TinyRun.start(
                TinyRun.plan("\"seed\": 3", "\"seed\": 3, \"trains\": {\"parts\": [\"visoin_model\"]}"),
                folder.resolve("typo"))).isInstanceOf(EngineException.class).hasMessageContaining("visoin_model");
        fresh.close();
        run.close();
    }

    @Test
    void theNumberOfLiveArraysStaysFlat() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 260", "\"evaluateEvery\": 5",
                "\"evaluateEvery\": 40"), folder.resolve("run"));
        TinyRun.until(() -> run.losses().size() >= 20);
        run.session().pause();
        long early = TestLane.run(context -> TestLane.lane().scopes().arrays());
        run.session().resume();
        TinyRun.until(() -> run.losses().size() >= 230);
        run.session().pause();
        long late = TestLane.run(context -> TestLane.lane().scopes().arrays());
        assertThat(late).isEqualTo(early);
        run.session().stop();
        run.toTheEnd();
        run.close();
    }

    @Test
    void runsAreListedDeletedAndBroughtBack() throws Exception {
        RunStore store = new RunStore(folder);
        RunFolder place = store.create("fresh:clip");
        TinyRun run = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 100000"), place.path());
        store.track(run.session());
        assertThat(store.list()).extracting(RunSummary::id).containsExactly(place.id());
        assertThat(store.list().getFirst().status()).isEqualTo(Status.RUNNING);
        assertThat(store.log(place.id())).isSameAs(run.session().log());
        assertThatThrownBy(() -> store.delete(place.id())).isInstanceOf(EngineException.class)
                .hasMessageContaining("under way");
        run.session().stop();
        run.toTheEnd();
        run.close();
        store.delete(place.id());
        assertThat(store.list()).isEmpty();
        store.undelete(place.id());
        assertThat(store.list()).extracting(RunSummary::status).isEqualTo(List.of(Status.STOPPED));
        assertThat(store.log(place.id()).since(0)).isEqualTo(run.rows());
        store.delete(place.id());
        assertThat(new RunStore(folder).list()).isEmpty(); // the next program
        assertThat(place.path()).doesNotExist();
        assertThat(folder).isEmptyDirectory();
    }
}
