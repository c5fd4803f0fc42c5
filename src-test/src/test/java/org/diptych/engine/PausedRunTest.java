package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.GenerateRequest;
import org.diptych.engine.api.GenerateResult;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whoever asks a run that rests is answered with the weights of that moment, and what it began from can be asked beside it.
@Tag("invariant")
class PausedRunTest extends EngineTest {
    private static final String SENTENCE = "a red fish above a small blue cup";

    /// Everything that a model says of one picture and sentence.
    ///
    /// @param numbers what was asked -> what came of it: `look`, `attention`, `map`, `contrast` and `words`, those that the model can do
    /// @param text    that it writes, empty for a model that does not
    private record Said(Map<String, double[]> numbers, String text) {
        /// The order in which a library adds up may differ with where the numbers lie.
        private static final double SAME = 1e-5;

        void isSame(String what, Said other) {
            assertThat(numbers.keySet()).isEqualTo(other.numbers.keySet());
            numbers.forEach((name, values) -> assertThat(values).as(what + ": " + name)
                    .containsExactly(other.numbers.get(name), within(SAME)));
            assertThat(text).as(what).isEqualTo(other.text);
        }

        void isOther(Said other) {
            numbers.forEach((name, values) -> assertThat(farthest(values, other.numbers.get(name))).as(name)
                    .isGreaterThan(10 * SAME));
        }

        private static double farthest(double[] a, double[] b) {
            double most = Math.abs(a.length - b.length);
            for (int i = 0; i < Math.min(a.length, b.length); i++) {
                most = Math.max(most, Math.abs(a[i] - b[i]));
            }
            return most;
        }
    }

    private static LoadedModel model(String handle) {
        return engine.loaded().stream().filter(m -> m.handle().equals(handle)).findFirst().orElseThrow();
    }

    private static Said ask(String handle) throws EngineException {
        LoadedModel model = model(handle);
        Scene scene = engine.scene(5, model.sceneSize(), "aligned");
        Scene other = engine.scene(6, model.sceneSize(), "aligned");
        RegionSource regions = RegionSource.Crops.of(scene);
        InspectResult seen = await(engine.inspect(new InspectRequest(handle, scene.picture(), SENTENCE,
                TraceSelection.DEFAULT, Optional.of(regions))));
        Map<String, double[]> numbers = new TreeMap<>();
        numbers.put("look",
                DoubleStream.concat(seen.scores().values().stream().mapToDouble(Double::doubleValue),
                        Stream.concat(seen.answers().stream(), seen.next().stream()).mapToDouble(Guess::probability))
                        .toArray());
        numbers.put("attention", seen.trace().sites().stream()
                .flatMapToDouble(s -> doubles(s.map(s.site().layers() - 1, AttentionTrace.HEAD_MEAN))).toArray());
        numbers.put("map", doubles(await(engine.relevance(new RelevanceRequest(handle, scene.picture(), SENTENCE, 2, 5,
                model.methods().getLast(), new Score.Match(), Optional.of(regions)))).values()).toArray());
        numbers.put("contrast", doubles(await(engine.contrast(new ContrastRequest(handle,
                List.of(scene.picture(), other.picture()), List.of(SENTENCE, "a cup"),
                List.of(regions, RegionSource.Crops.of(other))))).similarity()).toArray());
        String text = "";
        if (model.talk().alone()) {
            GenerateResult written = await(engine.generate(new GenerateRequest(handle, Optional.of(scene.picture()),
                    Optional.empty(), Decoding.greedy(4), 3, false)).job());
            numbers.put("words",
                    written.words().stream().mapToDouble(GenerateResult.Word::probability).toArray());
            text = written.text();
        }
        return new Said(numbers, text);
    }

    private static DoubleStream doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]);
    }

    private static int step(TrainingControl run) {
        int size = run.log().size();
        return size == 0 ? 0 : run.log().since(size - 1).getFirst().step();
    }

    private static void until(TrainingControl run, int step) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (step(run) < step) {
            assertThat(System.nanoTime()).as("step " + step).isLessThan(end);
            Thread.sleep(2);
        }
    }

    /// @return arrays in memory, once the step under way and what it wrote have let go of theirs
    private static long settled() throws InterruptedException {
        long before = -1;
        for (long now = engine.status().arrays(); now != before; now = engine.status().arrays()) {
            before = now;
            Thread.sleep(300);
        }
        return before;
    }

    private TrainingControl begin(String family) throws Exception {
        FineTunePlan plan = TinyPlans.of(family, "steps", "100000", "evaluateEvery", "100000", "moments",
                "{\"pairs\": []}");
        return await(engine.fineTune(plan, folder.resolve("run")));
    }

    private static void end(TrainingControl run) throws Exception {
        run.stop();
        await(run.job());
        await(run.restore());
        await(engine.unload(run.model()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "blip", "lxmert"})
    void aRunThatRestsAnswersWithTheWeightsOfThatMoment(String family) throws Exception {
        TrainingControl run = begin(family);
        until(run, 3);
        run.pause();
        Said now = ask(run.model());
        assertThat(run.status()).isEqualTo(Status.PAUSED);
        assertThat(now.numbers().containsKey("words")).isEqualTo(family.equals("blip"));
        ask(run.model()).isSame("nothing moves while it rests", now);
        int rested = step(run);
        LoadedModel kept = await(
                engine.load(new LoadRequest(await(run.keep(folder.resolve("kept"))).toString())));
        assertThat(kept.capabilities()).isEqualTo(model(run.model()).capabilities());
        ask(kept.handle()).isSame("the weights of that moment", now);
        run.resume();
        until(run, rested + 3);
        run.pause();
        ask(run.model()).isOther(now);
        ask(kept.handle()).isSame("what was kept stays", now);
        await(engine.unload(kept.handle()));
        end(run);
    }

    @Test
    void whatARunBeganFromIsOpenedBesideItAndFreedAgain() throws Exception {
        TrainingControl run = begin("clip");
        until(run, 3);
        run.pause();
        Said now = ask(run.model());
        long arrays = settled();
        LoadedModel base = await(engine.base(folder.resolve("run")));
        assertThat(base.handle()).isEqualTo("base:run");
        assertThat(await(engine.base(folder.resolve("run"))).handle()).as("opened once").isEqualTo(base.handle());
        Said before = ask(base.handle());
        before.isOther(now);
        ask(run.model()).isSame("the run is as it was", now);
        await(engine.unload(base.handle()));
        assertThat(engine.loaded()).extracting(LoadedModel::handle).doesNotContain(base.handle());
        assertThat(engine.status().arrays()).isEqualTo(arrays);
        run.stop();
        await(run.job());
        await(run.restore());
        ask(run.model()).isSame("the base weights", before);
        await(engine.unload(run.model()));
    }

    @Test
    void aFileThatWasReplacedSinceIsNotTakenForTheBase() throws Exception {
        TrainingControl first = begin("clip");
        until(first, 2);
        first.pause();
        Path kept = await(first.keep(folder.resolve("kept")));
        FineTunePlan plan = TinyPlans.of("clip", "steps", "2", "moments", "{\"pairs\": []}", "config", "{}", "model",
                "\"" + kept + "\"");
        Path further = folder.resolve("further");
        TrainingControl second = await(engine.fineTune(plan, further));
        await(second.job());
        LoadedModel base = await(engine.base(further));
        ask(base.handle()).isSame("what was kept", ask(first.model()));
        await(engine.unload(base.handle()));
        await(second.keep(kept));
        assertThatThrownBy(() -> await(engine.base(further))).isInstanceOf(EngineException.class)
                .hasMessageContaining("further").hasMessageContaining("not there any more");
        assertThat(engine.loaded()).extracting(LoadedModel::handle).doesNotContain("base:further");
        end(second);
        end(first);
    }
}
