package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog.Event.Kind;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.StepPairs.Measure;
import org.diptych.engine.api.StepPairs.Pair;
import org.diptych.engine.api.StepPairs;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Derived;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Looking at a step's pairs, correcting them, and learning one once more.
@Tag("invariant")
class CorrectingTest {
    private static final String LONG = "\"steps\": 40";
    private static final String TEXT = "a large green star left of a small red cube";

    @TempDir
    Path folder;

    /// What the run asked its data set for, in the order in which it did.
    private record Watched(Dataset data, List<Integer> asked) implements Derived {
        @Override
        public Example example(int index) throws EngineException {
            asked.add(index);
            return data.example(index);
        }
    }

    private TinyRun paused(FineTunePlan plan, Path run, int steps) throws Exception {
        return held(TinyRun.start(plan, run), steps);
    }

    private static TinyRun held(TinyRun run, int steps) throws Exception {
        TinyRun.until(() -> run.losses().size() >= steps);
        run.session().pause();
        TestLane.run(context -> true);
        return run;
    }

    private static int step(TinyRun run) {
        return run.session().summary().step();
    }

    private static List<Integer> places(StepPairs pairs) {
        return pairs.pairs().stream().map(Pair::index).toList();
    }

    private static void oneMore(TinyRun run) throws Exception {
        int size = run.losses().size();
        run.session().resume();
        held(run, size + 1);
    }

    @Test
    void theBatchOfAStepIsWhatThatStepLearnt() throws Exception {
        FineTunePlan plan = TinyRun.plan();
        List<Integer> asked = Collections.synchronizedList(new ArrayList<>());
        TinyRun run = TinyRun.start(plan, folder.resolve("run"),
                new Watched(new ToyboxDataset(plan.data(), Split.TRAIN), asked)).toTheEnd();
        List<Integer> learnt = List.copyOf(asked);
        assertThat(learnt.size()).isGreaterThanOrEqualTo(12 * 8);
        for (int step = 1; step <= 12; step++) {
            StepPairs pairs = TinyRun.await(run.session().batch(step));
            assertThat(places(pairs)).as("step " + step)
                    .containsExactlyInAnyOrderElementsOf(learnt.subList((step - 1) * 8, step * 8));
            assertThat(pairs.done()).isTrue();
            assertThat(pairs.measure()).isEqualTo(Measure.CONTRAST);
            assertThat(pairs.objective()).isEqualTo("contrastive");
            List<Double> values = pairs.pairs().stream().map(Pair::value).map(OptionalDouble::getAsDouble).toList();
            assertThat(values).isSortedAccordingTo(Collections.reverseOrder());
            Pair first = pairs.pairs().getFirst();
            Example example = new ToyboxDataset(plan.data(), Split.TRAIN).example(first.index());
            assertThat(first).extracting(Pair::id, Pair::learnt, Pair::present, Pair::given, Pair::right)
                    .containsExactly(example.id(), example.caption(), example.caption(), example.caption(),
                            example.right());
        }
        assertThatThrownBy(() -> TinyRun.await(run.session().batch(13))).isInstanceOf(EngineException.class)
                .hasMessageContaining("step 1 to step 12");
        assertThatThrownBy(() -> TinyRun.await(run.session().batch(0))).isInstanceOf(EngineException.class);
        assertThat(run.session().noRecaption()).isPresent();
        assertThatThrownBy(() -> TinyRun.await(run.session().recaption(0, TEXT))).isInstanceOf(EngineException.class)
                .hasMessageContaining("has ended");
        run.close();
        assertThatThrownBy(() -> TinyRun.await(run.session().batch(1))).isInstanceOf(EngineException.class)
                .hasMessageContaining("dropped");
    }

    /// The values of the next step's pairs are what makes up the loss that it then has.
    @ParameterizedTest
    @CsvSource({"1", "2"})
    void theMeanOfThePairsIsTheLossOfTheStep(int accumulate) throws Exception {
        TinyRun run = paused(TinyRun.plan("\"steps\": 12", LONG + ", \"accumulate\": " + accumulate),
                folder.resolve("run"), 5);
        StepPairs next = TinyRun.await(run.session().batch(step(run) + 1));
        assertThat(next.done()).isFalse();
        double mean = next.pairs().stream().mapToDouble(p -> p.value().getAsDouble()).average().orElseThrow();
        oneMore(run);
        assertThat(run.losses().get(next.step())).isCloseTo(mean, within(1e-5));
        run.close();
    }

    @ParameterizedTest
    @CsvSource({"albef,'',CONTRAST", "uniter,'',LOSS", "vilt,'',LOSS", "blip2,'',CONTRAST",
            "blip2,{\"captioning\": 1},LOSS",
            "albef,{\"itm\": 1},MATCH"})
    void everyFamilyTellsWhatItsValuesAre(String family, String objectives, Measure measure) throws Exception {
        FineTunePlan plan = objectives.isEmpty()
                ? TinyPlans.of(family, "steps", "2")
                : TinyPlans.of(family, "steps", "2", "objectives", objectives);
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        StepPairs pairs = TinyRun.await(run.session().batch(1));
        assertThat(pairs.measure()).isEqualTo(measure);
        assertThat(pairs.pairs()).anyMatch(p -> p.value().isPresent());
        assertThat(pairs.pairs().stream().flatMapToDouble(p -> p.value().stream()).allMatch(Double::isFinite))
                .isTrue();
        run.close();
    }

    @Test
    void aCorrectionIsLearntFromTheNextStepOnAndCanBeTakenBack() throws Exception {
        FineTunePlan plan = TinyRun.plan("\"steps\": 12", LONG);
        TinyRun plain = TinyRun.start(plan, folder.resolve("plain")).toTheEnd();
        TinyRun run = paused(plan, folder.resolve("run"), 4);
        int next = step(run) + 1;
        StepPairs before = TinyRun.await(run.session().batch(next));
        Pair worst = before.pairs().getFirst();
        assertThatThrownBy(() -> TinyRun.await(run.session().recaption(worst.index(), "  ")))
                .isInstanceOf(EngineException.class).hasMessageContaining("empty");
        assertThat(TinyRun.await(run.session().recaption(worst.index(), " " + TEXT + " "))).isEqualTo(next);
        StepPairs after = TinyRun.await(run.session().batch(next));
        Pair corrected = after.pairs().stream().filter(p -> p.index() == worst.index()).findFirst().orElseThrow();
        assertThat(corrected).extracting(Pair::learnt, Pair::present, Pair::given, Pair::corrected)
                .containsExactly(TEXT, TEXT, worst.given(), true);
        assertThat(corrected.value()).isNotEqualTo(worst.value());
        assertThat(run.session().log().events()).extracting(RunLog.Event::event, RunLog.Event::step,
                RunLog.Event::index, RunLog.Event::text)
                .containsExactly(tuple(Kind.CORRECTED, next, worst.index(), TEXT));
        // taken back before it was learnt, it changes nothing
        TinyRun.await(run.session().recaption(worst.index(), worst.given()));
        oneMore(run);
        assertThat(run.losses().get(next)).isEqualTo(plain.losses().get(next));
        // learnt, it does
        int then = step(run) + 1;
        StepPairs second = TinyRun.await(run.session().batch(then));
        Pair other = second.pairs().getLast();
        TinyRun.await(run.session().recaption(other.index(), TEXT));
        oneMore(run);
        assertThat(run.losses().get(then)).isNotEqualTo(plain.losses().get(then));
        TinyRun.await(run.session().recaption(other.index(), other.given()));
        Pair once = TinyRun.await(run.session().batch(then)).pairs().stream().filter(p -> p.index() == other.index())
                .findFirst().orElseThrow();
        assertThat(once.learnt()).as("what that step learnt stays told").isEqualTo(TEXT);
        assertThat(once.corrected()).isFalse();
        assertThat(run.session().log().events()).extracting(RunLog.Event::event).containsExactly(Kind.CORRECTED,
                Kind.TAKEN_BACK, Kind.CORRECTED, Kind.TAKEN_BACK);
        assertThat(RunLogFile.read(folder.resolve("run")).events()).isEqualTo(run.session().log().events());
        run.close();
        plain.close();
    }

    @Test
    void aRequeuedPairIsInTheNextBatchOnceWithItsPartner() throws Exception {
        FineTunePlan plan = TinyRun.plan("\"steps\": 12", LONG);
        TinyRun run = paused(plan, folder.resolve("run"), 3);
        int next = step(run) + 1;
        List<Integer> drawn = places(TinyRun.await(run.session().batch(next)));
        int[] fresh = IntStream.range(0, 64).filter(i -> i % 2 == 0 && !drawn.contains(i)).limit(3)
                .toArray();
        assertThat(TinyRun.await(run.session().requeue(fresh[0] + 1))).isEqualTo(next);
        assertThat(TinyRun.await(run.session().requeue(fresh[1]))).isEqualTo(next);
        assertThat(TinyRun.await(run.session().requeue(fresh[2]))).as("half of a batch of 8 is taken")
                .isEqualTo(next + 1);
        StepPairs pairs = TinyRun.await(run.session().batch(next));
        assertThat(places(pairs)).hasSize(8).doesNotHaveDuplicates().contains(fresh[0], fresh[0] + 1, fresh[1],
                fresh[1] + 1);
        assertThat(pairs.requeued()).containsExactly(fresh[0] + 1, fresh[1]);
        assertThat(run.session().log().events()).extracting(RunLog.Event::event).containsOnly(Kind.REQUEUED);
        oneMore(run);
        assertThat(places(TinyRun.await(run.session().batch(next)))).as("it was learnt so")
                .containsExactlyInAnyOrderElementsOf(places(pairs));
        oneMore(run);
        assertThat(places(TinyRun.await(run.session().batch(next + 1)))).contains(fresh[2], fresh[2] + 1);
        run.close();
    }

    /// Corrected, requeued, cut off after the checkpoint before, and taken up again: the same losses as the run that nobody cut.
    @ParameterizedTest
    @CsvSource({"clip", "albef"})
    void aCorrectedRunThatDiesFollowsTheSameLossesToTheBit(String family) throws Exception {
        FineTunePlan plan = family.equals("clip")
                ? TinyRun.plan("\"steps\": 12", "\"steps\": 30")
                : TinyPlans.of(family, "steps", "30", "checkpointEvery", "5");
        TinyRun plain = TinyRun.start(plan, folder.resolve("plain")).toTheEnd();
        TinyRun run = paused(plan, folder.resolve("run"), 7);
        int next = step(run) + 1;
        List<Pair> pairs = TinyRun.await(run.session().batch(next)).pairs();
        TinyRun.await(run.session().recaption(pairs.getFirst().index(), TEXT));
        oneMore(run);
        TinyRun.await(run.session().requeue(pairs.getFirst().index()));
        oneMore(run);
        Path left = folder.resolve("left");
        TrainingSessionTest.copy(folder.resolve("run"), left);
        TrainingSessionTest.died(left);
        assertThat(new RunFolder(left).standing().status()).isEqualTo(Status.INTERRUPTED);
        run.session().resume();
        run.toTheEnd();
        TinyRun resumed = TinyRun.resume(left).toTheEnd();
        assertThat(resumed.losses()).isEqualTo(run.losses()).hasSize(30);
        assertThat(TinyRun.losses(RunLogFile.read(left))).isEqualTo(run.losses());
        assertThat(resumed.session().log().events()).isEqualTo(run.session().log().events()).hasSize(2);
        assertThat(run.losses().get(next - 1)).isEqualTo(plain.losses().get(next - 1));
        assertThat(run.losses().get(next)).isNotEqualTo(plain.losses().get(next));
        plain.close();
        run.close();
        resumed.close();
    }

    @Test
    void brokenCorrectionsAreToldAndABranchKeepsThem() throws Exception {
        TinyRun run = paused(TinyRun.plan("\"steps\": 12", LONG), folder.resolve("run"), 6);
        int next = step(run) + 1;
        int place = TinyRun.await(run.session().batch(next)).pairs().getFirst().index();
        TinyRun.await(run.session().recaption(place, TEXT));
        run.session().stop();
        run.toTheEnd();
        RunFolder branch = new RunFolder(folder.resolve("branch"));
        TestLane.run(context -> {
            Branch.make(new RunFolder(folder.resolve("run")), branch,
                    TinyRun.plan("\"steps\": 12", "\"steps\": 50"), context.scope());
            return true;
        });
        TinyRun more = TinyRun.resume(branch.path());
        more.toTheEnd();
        assertThat(TinyRun.await(more.session().batch(next)).pairs()).filteredOn(p -> p.index() == place)
                .extracting(Pair::learnt).containsExactly(TEXT);
        assertThat(TinyRun.await(more.session().batch(2)).pairs()).as("drawn by the run it branched off").hasSize(8);
        more.close();
        run.close();
        Files.writeString(branch.path().resolve("corrections.json"), "{");
        assertThatThrownBy(() -> TinyRun.resume(branch.path())).isInstanceOf(EngineException.class)
                .hasMessageContaining("corrections");
    }
}
