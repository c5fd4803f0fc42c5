package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunLog.Event.Kind;
import org.diptych.engine.api.RunPairs;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.StepPairs;
import org.diptych.engine.api.Terms;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.VisionLanguageModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A run that waits is given other terms, some more steps, or a branch.
@Tag("invariant")
class ChangingTest {
    private static final String STEPS = "\"steps\": 12";

    @TempDir
    Path folder;

    /// @return waiting after so many steps at least
    private TinyRun paused(FineTunePlan plan, String name, int steps) throws Exception {
        TinyRun run = TinyRun.start(plan, folder.resolve(name));
        run.session().pause();
        TestLane.run(context -> true);
        further(run, Math.max(1, steps - step(run)));
        return run;
    }

    private static void further(TinyRun run, int steps) throws Exception {
        run.session().resume(steps);
        TinyRun.until(() -> run.session().status() != Status.RUNNING);
    }

    private static int step(TinyRun run) {
        return run.session().summary().step();
    }

    private static int size(TinyRun run, int step) throws Exception {
        return TinyRun.await(run.session().batch(step)).pairs().size();
    }

    /// Every kind of change, then cut off after the checkpoint before, and taken up again: to the bit the run that nobody cut.
    @ParameterizedTest
    @CsvSource({"clip", "albef"})
    void aChangedRunThatDiesFollowsTheSameLossesToTheBit(String family) throws Exception {
        FineTunePlan plan = family.equals("clip")
                ? TinyRun.plan(STEPS, "\"steps\": 30")
                : TinyPlans.of(family, "steps", "30", "checkpointEvery", "5");
        TinyRun plain = TinyRun.start(plan, folder.resolve("plain")).toTheEnd();
        TinyRun run = paused(plan, "run", 7);
        Terms before = run.session().terms();
        assertThat(before).isEqualTo(new Terms(0.003, 8, plan.objectives()));
        Map<String, Double> mix = family.equals("clip") ? Map.of("contrastive", 0.5) : Map.of("itm", 1.0, "mlm", 0.25);
        Terms next = new Terms(0.001, 12, mix);
        int from = TinyRun.await(run.session().change(next));
        assertThat(from).isEqualTo(8);
        assertThat(run.session().terms()).isEqualTo(next);
        further(run, 2);
        assertThat(step(run)).isEqualTo(9);
        Path left = folder.resolve("left");
        TrainingSessionTest.copy(folder.resolve("run"), left);
        TrainingSessionTest.died(left);
        run.session().resume();
        run.toTheEnd();
        TinyRun resumed = TinyRun.resume(left).toTheEnd();
        assertThat(resumed.losses()).isEqualTo(run.losses()).hasSize(30);
        resumed.numbers().forEach((name, values) -> {
            try {
                assertThat(values).as(name).isEqualTo(run.numbers().get(name));
            } catch (EngineException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(run.losses().get(7)).isEqualTo(plain.losses().get(7));
        assertThat(run.losses().get(8)).isNotEqualTo(plain.losses().get(8));
        for (TinyRun each : List.of(run, resumed)) {
            RunLog log = RunLogFile.read(each.session().summary().folder());
            assertThat(log.events()).extracting(RunLog.Event::event, RunLog.Event::step, RunLog.Event::text)
                    .containsExactlyInAnyOrder(tuple(Kind.BATCH, 8, "12"),
                            tuple(Kind.OBJECTIVES, 8, family.equals("clip") ? "contrastive 0.5" : "itm 1, mlm 0.25"),
                            tuple(Kind.RATE, 8, "0.001"));
            assertThat(log.batch(7)).isEqualTo(8);
            assertThat(log.batch(8)).isEqualTo(12);
            assertThat(log.remarks()).extracting(Message::key).containsExactly("train.remark.rate",
                    "train.remark.batch", "train.remark.objectives");
            assertThat(size(each, 7)).isEqualTo(8);
            assertThat(size(each, 8)).isEqualTo(12);
        }
        List<RunLog.Row> rows = run.rows();
        assertThat(value(rows, 7, "rate")).isEqualTo(Rates.at(plan, 7, 0, 0.003));
        assertThat(value(rows, 8, "rate")).isEqualTo(Rates.at(plan, 8, 0, 0.001));
        if (!family.equals("clip")) {
            assertThat(row(rows, 7)).containsKeys("loss.contrastive", "loss.itm", "loss.mlm");
            assertThat(row(rows, 8)).containsKeys("loss.itm", "loss.mlm").doesNotContainKey("loss.contrastive");
            assertThat(value(rows, 8, "loss"))
                    .isEqualTo(value(rows, 8, "loss.itm") + 0.25 * value(rows, 8, "loss.mlm"));
        }
        plain.close();
        run.close();
        resumed.close();
    }

    private static Map<String, Double> row(List<RunLog.Row> rows, int step) {
        return rows.stream().filter(r -> r.step() == step && r.values().containsKey("loss")).findFirst().orElseThrow()
                .values();
    }

    private static double value(List<RunLog.Row> rows, int step, String name) {
        return row(rows, step).get(name);
    }

    /// Every example is drawn once before any is drawn again, whatever the batch was on the way.
    @Test
    void aChangedBatchGoesOnWhereTheEpochStood() throws Exception {
        FineTunePlan plan = TinyRun.plan(STEPS, "\"steps\": 20");
        TinyRun run = paused(plan, "run", 3);
        Terms was = run.session().terms();
        TinyRun.await(run.session().change(new Terms(was.rate(), 16, was.objectives())));
        further(run, 2);
        TinyRun.await(run.session().change(new Terms(was.rate(), 4, was.objectives())));
        further(run, 2);
        List<Integer> seen = new ArrayList<>();
        for (int step = 1; step <= 7; step++) {
            TinyRun.await(run.session().batch(step)).pairs().forEach(p -> seen.add(p.index()));
        }
        assertThat(seen).hasSize(3 * 8 + 2 * 16 + 2 * 4).hasSize(64).doesNotHaveDuplicates();
        run.session().stop();
        run.toTheEnd();
        run.close();
    }

    @Test
    void whatCannotBeLearntIsRefusedAndTheRunStaysAsItWas() throws Exception {
        TinyRun run = paused(TinyRun.plan(STEPS, "\"steps\": 40"), "run", 3);
        Terms was = run.session().terms();
        refused(run, new Terms(was.rate(), 65, was.objectives()), "only 64 training pairs");
        refused(run, new Terms(was.rate(), 1, was.objectives()), "batch is 1");
        refused(run, new Terms(was.rate(), 8, Map.of()), "no objective is left");
        refused(run, new Terms(was.rate(), 8, Map.of("contrastive", 0.0)), "no objective is left");
        refused(run, new Terms(was.rate(), 8, Map.of("mlm", 1.0)), "mlm");
        refused(run, new Terms(2, 8, was.objectives()), "rate is 2");
        assertThat(run.session().terms()).isEqualTo(was);
        assertThat(run.session().log().events()).isEmpty();
        assertThat(folder.resolve("run/changes.json")).doesNotExist();
        // what is as it was is no change
        TinyRun.await(run.session().change(was));
        assertThat(run.session().log().events()).isEmpty();
        run.session().stop();
        run.toTheEnd();
        refused(run, new Terms(was.rate(), 16, was.objectives()), "has ended");
        run.close();
        Files.writeString(folder.resolve("run/changes.json"), "[{\"from\": 0}]");
        assertThatThrownBy(() -> TinyRun.resume(folder.resolve("run"))).isInstanceOf(EngineException.class)
                .hasMessageContaining("changes.json");
    }

    private static void refused(TinyRun run, Terms terms, String why) {
        assertThatThrownBy(() -> TinyRun.await(run.session().change(terms))).isInstanceOf(EngineException.class)
                .hasMessageContaining(why);
    }

    @Test
    void someMoreStepsAreExactlyThatMany() throws Exception {
        TinyRun run = paused(TinyRun.plan(STEPS, "\"steps\": 20"), "run", 4);
        assertThat(step(run)).isEqualTo(4);
        further(run, 6);
        assertThat(step(run)).isEqualTo(10);
        assertThat(run.session().status()).isEqualTo(Status.PAUSED);
        assertThat(run.rows().getLast().values()).as("the evaluation that was due").containsKey("validation.loss");
        further(run, 1);
        assertThat(step(run)).isEqualTo(11);
        assertThatThrownBy(() -> run.session().resume(0)).isInstanceOf(IllegalArgumentException.class);
        // more than are left: to the end
        run.session().resume(100);
        run.toTheEnd();
        assertThat(step(run)).isEqualTo(20);
        assertThat(run.session().status()).isEqualTo(Status.FINISHED);
        run.close();
    }

    /// A branch of a run that waits begins from this moment, takes over its terms, and leaves it as it is.
    @Test
    void aBranchOfAWaitingRunGoesOnAsTheRunWould() throws Exception {
        FineTunePlan plan = TinyRun.plan(STEPS, "\"steps\": 20");
        TinyRun run = paused(plan, "run", 3);
        TinyRun.await(run.session().change(new Terms(0.002, 12, Map.of("contrastive", 0.5))));
        further(run, 4);
        TestLane.run(context -> {
            run.session().save(context.scope());
            Branch.make(new RunFolder(folder.resolve("run")), new RunFolder(folder.resolve("same")), plan,
                    context.scope());
            Branch.make(new RunFolder(folder.resolve("run")), new RunFolder(folder.resolve("other")),
                    plan.withBatch(4), context.scope());
            return true;
        });
        TinyRun same = TinyRun.resume(folder.resolve("same")).toTheEnd();
        TinyRun other = TinyRun.resume(folder.resolve("other")).toTheEnd();
        assertThat(run.session().status()).isEqualTo(Status.PAUSED);
        run.session().resume();
        run.toTheEnd();
        assertThat(same.session().log().header().branched()).isEqualTo(7);
        assertThat(same.losses()).isEqualTo(run.losses());
        assertThat(size(same, 8)).isEqualTo(12);
        assertThat(size(same, 2)).as("drawn by the run it branched off").isEqualTo(8);
        assertThat(same.session().log().batch(8)).isEqualTo(12);
        assertThat(size(other, 8)).as("its plan says so").isEqualTo(4);
        assertThatThrownBy(() -> size(other, 2)).isInstanceOf(EngineException.class)
                .hasMessageContaining("another plan");
        for (TinyRun each : List.of(run, same, other)) {
            each.close();
        }
    }

    /// The same pairs with the same values as while the run was in memory, and not a byte of its files is written.
    @Test
    void theBatchesOfAnEndedRunAreReadFromItsLastCheckpoint() throws Exception {
        FineTunePlan plan = TinyRun.plan();
        TinyRun run = paused(plan, "run", 3);
        Terms was = run.session().terms();
        TinyRun.await(run.session().change(new Terms(was.rate(), 12, was.objectives())));
        run.session().resume();
        run.toTheEnd();
        StepPairs early = TinyRun.await(run.session().batch(2));
        StepPairs late = TinyRun.await(run.session().batch(9));
        VisionLanguageModel model = run.model();
        TinyRun.await(run.session().restore());
        byte[] log = Files.readAllBytes(folder.resolve("run").resolve(RunLogFile.NAME));
        boolean[] freed = new boolean[1];
        PastRun past = TestLane.run(context -> PastRun.open(TestLane.lane(), new RunFolder(folder.resolve("run")), plan,
                model, new ToyboxDataset(plan.data(), Split.TRAIN), Witness.NONE, () -> freed[0] = true));
        assertThat(read(past, 2)).usingRecursiveComparison().isEqualTo(early);
        assertThat(read(past, 9)).usingRecursiveComparison().isEqualTo(late);
        assertThat(late.pairs()).hasSize(12);
        assertThat(past.noRecaption()).isPresent();
        assertThatThrownBy(() -> TinyRun.await(past.requeue(0))).isInstanceOf(EngineException.class);
        assertThatThrownBy(() -> read(past, 13)).isInstanceOf(EngineException.class).hasMessageContaining("12");
        past.leave();
        TestLane.run(context -> true);
        assertThat(freed[0]).isTrue();
        assertThat(Files.readAllBytes(folder.resolve("run").resolve(RunLogFile.NAME))).isEqualTo(log);
        Files.delete(folder.resolve("run/checkpoint.safetensors"));
        assertThatThrownBy(() -> TestLane.run(context -> PastRun.open(TestLane.lane(),
                new RunFolder(folder.resolve("run")), plan, model, new ToyboxDataset(plan.data(), Split.TRAIN),
                Witness.NONE, () -> {
                }))).hasMessageContaining("no checkpoint");
        run.close();
    }

    private static StepPairs read(RunPairs run, int step) throws EngineException {
        return TinyRun.await(run.batch(step));
    }

    /// An evaluation by other objectives is no loss of gain.
    @Test
    void aRunThatEndsEarlyJudgesAnewByOtherObjectives() throws Exception {
        FineTunePlan plan = TinyPlans.of("albef", "steps", "40", "evaluateEvery", "1", "earlyStop",
                "{\"metric\": \"validation.loss\", \"patience\": 2, \"minDelta\": 100}", "objectives",
                "{\"mlm\": 1}");
        TinyRun run = paused(plan, "run", 1);
        TinyRun.await(run.session().change(new Terms(0.003, 8, Map.of("mlm", 1.0, "itm", 1.0))));
        run.session().resume();
        run.toTheEnd();
        assertThat(step(run)).as("evaluated at 0 and 1; then at 2, 3 and 4").isEqualTo(4);
        run.close();
    }
}
