package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.api.RunLog.Event;
import org.diptych.engine.api.RunLog.Row;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.Texts;
import org.diptych.engine.data.DataSets;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.OpenedSet;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What may befall a run: a machine that sleeps, a disk or a memory that is full, pictures that are damaged.
@Tag("invariant")
class CircumstancesTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path folder;

    private static void hold(TinyRun run, int steps) throws Exception {
        TinyRun.until(() -> run.losses().size() >= steps);
        run.session().pause();
        TestLane.run(context -> true); // the piece that was under way has ended
    }

    private static EngineException failure(TinyRun run) {
        AtomicReference<EngineException> told = new AtomicReference<>();
        assertThatThrownBy(run::toTheEnd).isInstanceOfSatisfying(EngineException.class, told::set);
        assertThat(run.session().status()).isEqualTo(Status.FAILED);
        assertThat(new RunFolder(run.session().summary().folder()).standing().status()).isEqualTo(Status.FAILED);
        return told.get();
    }

    @Test
    void anHourAsleepIsNoTimeOfTheRun() throws Exception {
        AtomicReference<TinyRun> sleeps = new AtomicReference<>();
        AtomicInteger slept = new AtomicInteger();
        TinyRun run = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 100000, \"moments\": {\"pairs\": []}",
                "\"evaluateEvery\": 5", "\"evaluateEvery\": 100000"), folder.resolve("run"),
                model -> TinyRun.hooked(model, () -> {
                    TinyRun now = sleeps.getAndSet(null);
                    if (now != null) { // within a step
                        slept.set(now.session().summary().step() + 1);
                        TestLane.pass(HOUR);
                    }
                }));
        TinyRun.until(() -> run.losses().size() >= 6);
        TestLane.run(context -> { // between two steps
            TestLane.pass(HOUR);
            return true;
        });
        sleeps.set(run);
        TinyRun.until(() -> slept.get() > 0 && run.losses().size() > slept.get() + 5);
        run.session().stop();
        run.toTheEnd();
        assertThat(run.session().summary().seconds()).isLessThan(600);
        List<Row> rows = run.rows();
        for (int i = 1; i < rows.size(); i++) {
            assertThat(rows.get(i).seconds() - rows.get(i - 1).seconds()).isBetween(0.0, 60.0);
        }
        List<Row> learnt = rows.stream().filter(r -> r.values().containsKey("loss")).toList();
        for (Row row : learnt) {
            boolean awake = row.step() != slept.get();
            assertThat(row.values().containsKey("pairs_per_second")).as("%s", row).isEqualTo(awake);
            assertThat(row.values().keySet().stream().anyMatch(name -> name.startsWith("ms."))).isEqualTo(awake);
            assertThat(row.values().getOrDefault("pairs_per_second", 1.0)).isGreaterThan(8 / 60.0);
        }
        List<Event> events = run.session().log().events();
        assertThat(events).extracting(Event::event).containsOnly(Event.Kind.RESTED).hasSize(2);
        assertThat(events.getLast().step()).isEqualTo(slept.get());
        assertThat(events).allSatisfy(e -> assertThat(Duration.parse(e.text())).isBetween(HOUR.minusMinutes(1),
                HOUR.plusMinutes(1)));
        assertThat(RunLogFile.read(folder.resolve("run")).events()).isEqualTo(events);
        assertThat(RunLogFile.resume(folder.resolve("run"), slept.get() - 1).events()).hasSize(1);
        List<Message> remarks = run.session().log().remarks();
        assertThat(Texts.ENGLISH.get(remarks.getFirst())).contains("2 times")
                .contains("step " + events.getFirst().step())
                .containsAnyOf("119 min", "120 min");
        assertThat(Texts.CHINESE.get(remarks.getFirst())).contains("2 次");
        run.close();
    }

    @Test
    void whatAPersonHadItWaitIsNoTimeOfTheRun() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 100000", "\"evaluateEvery\": 5",
                "\"evaluateEvery\": 100000", "\"seed\": 3", "\"seed\": 3, \"moments\": {\"pairs\": []}"),
                folder.resolve("run"));
        hold(run, 20);
        TestLane.pass(Duration.ofMinutes(3));
        int before = run.losses().size();
        run.session().resume();
        hold(run, before + 20);
        assertThat(run.session().job().progress().rate() * 150).isGreaterThan(before + 20); // steps in less than that
        assertThat(run.session().log().events()).isEmpty();
        run.session().stop();
        run.toTheEnd();
        run.close();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskUnderTheLogLosesNothing() throws Exception {
        TinyRun whole = TinyRun.start(TinyRun.plan(), folder.resolve("whole")).toTheEnd();
        TinyRun run = TinyRun.start(TinyRun.plan(), folder.resolve("run"));
        hold(run, 6);
        Path log = folder.resolve("run").resolve(RunLogFile.NAME);
        Path aside = Files.move(log, folder.resolve("aside"));
        Files.createSymbolicLink(log, FULL);
        int saved = run.session().summary().step() / 5 * 5;
        run.session().resume();
        EngineException told = failure(run);
        assertThat(told.key()).isEqualTo("train.disk");
        assertThat(told).hasMessageContaining(RunLogFile.NAME).hasMessageContaining("No space left")
                .hasMessageContaining("after step " + saved + ".");
        assertThat(told.todo(Texts.CHINESE)).contains("第 " + saved + " 步");
        run.close();
        Files.move(aside, log, StandardCopyOption.REPLACE_EXISTING);
        TinyRun resumed = TinyRun.resume(folder.resolve("run")).toTheEnd();
        assertThat(resumed.losses()).isEqualTo(whole.losses()).hasSize(12);
        whole.close();
        resumed.close();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskUnderTheStatusLosesNothing() throws Exception {
        TinyRun run = TinyRun.start(TinyRun.plan(), folder.resolve("run"));
        hold(run, 6);
        Files.createSymbolicLink(folder.resolve("run/.status.json.part"), FULL);
        run.session().resume();
        EngineException told = failure(run);
        int saved = run.session().summary().step();
        assertThat(told).hasMessageContaining("status.json").hasMessageContaining("No space left")
                .hasMessageContaining("after step " + saved + ".");
        run.close();
        TinyRun resumed = TinyRun.resume(folder.resolve("run")).toTheEnd();
        assertThat(resumed.losses()).hasSize(12);
        resumed.close();
    }

    private Path set(int pictures) throws Exception {
        Path set = Files.createDirectories(folder.resolve("set"));
        Dataset toybox = new ToyboxDataset(TinyRun.plan().data(), Split.TRAIN);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < pictures; i++) {
            Example example = toybox.example(i);
            Pictures.writePng(set.resolve(i + ".png"), example.picture());
            lines.append("{\"image\": \"").append(i).append(".png\", \"caption\": \"").append(example.caption())
                    .append("\"}\n");
        }
        Files.writeString(set.resolve("captions.jsonl"), lines);
        return set;
    }

    private static OpenedSet open(Path set) throws EngineException {
        return DataSets.open(set, rows -> {
        });
    }

    private static void cut(Path picture) throws Exception {
        byte[] bytes = Files.readAllBytes(picture);
        Files.write(picture, Arrays.copyOf(bytes, bytes.length / 3));
    }

    private static List<Double> validated(TinyRun run) {
        return run.rows().stream().map(r -> r.values().get("validation.loss")).filter(Objects::nonNull).toList();
    }

    @Test
    void otherExamplesStandInForDamagedPictures() throws Exception {
        Path set = set(24); // of which every fifth is kept for validation
        Files.delete(set.resolve("20.png"));
        OpenedSet opened = open(set);
        assertThat(opened.without()).containsExactly("20.png");
        cut(set.resolve("3.png"));
        Files.delete(set.resolve("7.png"));
        cut(set.resolve("9.png"));
        TinyRun whole = TinyRun.start(TinyRun.plan(), folder.resolve("whole"), opened.train(100),
                opened.validation(100)).toTheEnd();
        TinyRun run = TinyRun.start(TinyRun.plan(), folder.resolve("run"), opened.train(100), opened.validation(100));
        hold(run, 7);
        Path left = folder.resolve("left");
        TrainingSessionTest.copy(folder.resolve("run"), left);
        TrainingSessionTest.died(left);
        run.close();
        OpenedSet again = DataSets.again(set, opened.without());
        assertThat(again.train(100).size()).isEqualTo(opened.train(100).size())
                .isGreaterThan(open(set).train(100).size());
        TinyRun resumed = TinyRun.resume(left, again.train(100), again.validation(100)).toTheEnd();
        assertThat(resumed.losses()).isEqualTo(whole.losses()).hasSize(12);
        List<Event> events = whole.session().log().events();
        assertThat(events).extracting(Event::event).containsOnly(Event.Kind.SKIPPED);
        assertThat(events).extracting(e -> e.index() + " " + e.text()).containsExactlyInAnyOrder("-1 9.png", "3 3.png",
                "6 7.png");
        assertThat(resumed.session().log().events()).extracting(e -> e.step() + " " + e.text())
                .isEqualTo(events.stream().map(e -> e.step() + " " + e.text()).toList());
        assertThat(validated(resumed)).isEqualTo(validated(whole)).hasSize(4);
        assertThat(resumed.session().noMoments()).isEmpty();
        String remark = Texts.ENGLISH.get(whole.session().log().remarks().getFirst());
        assertThat(remark).startsWith("3 pictures").contains(events.getFirst().text());
        whole.close();
        resumed.close();
    }

    /// An example twice in a batch would be its own wrong partner; only where there is no other it must be.
    @Test
    void theNextThatIsNotInTheBatch() throws Exception {
        Path set = set(10);
        Readable readable = new Readable(open(set).train(100)); // 0 1 2 3 5 6 7 8
        cut(set.resolve("2.png"));
        assertThat(readable.read(2, place -> place == 3 || place == 4).place()).isEqualTo(5);
        assertThat(readable.read(2, place -> true).place()).isEqualTo(3);
        assertThat(readable.read(1, place -> true).place()).isEqualTo(1);
        assertThat(readable.example(2).id()).isEqualTo("3.png");
        Files.delete(set.resolve("8.png"));
        Readable.Read round = readable.read(7, place -> false);
        assertThat(round.place()).isZero();
        assertThat(round.lost()).containsOnlyKeys(7).containsValue("8.png");
    }

    /// Moments that showed one picture and now another would show a change that nobody learnt.
    @Test
    void momentsEndWithAPictureThatTheyShow() throws Exception {
        Path set = set(40); // eight for validation: 4 9 14 ...
        OpenedSet opened = open(set);
        cut(set.resolve("4.png"));
        TinyRun run = TinyRun.start(TinyRun.plan(), folder.resolve("run"), opened.train(100), opened.validation(100))
                .toTheEnd();
        assertThat(run.session().noMoments()).isEmpty();
        assertThat(run.session().moments().pairs()).isNotEmpty();
        run.close();
        Files.delete(set.resolve("9.png"));
        TinyRun again = TinyRun.resume(folder.resolve("run"), opened.train(100), opened.validation(100)).toTheEnd();
        assertThat(again.session().noMoments()).contains(Message.of("moments.none.pictures"));
        again.close();
    }

    @Test
    void noPictureCanBeRead() throws Exception {
        Path set = set(20);
        Dataset train = open(set).train(100);
        TinyRun run = TinyRun.start(TinyRun.plan(), folder.resolve("run"), train);
        hold(run, 2);
        try (Stream<Path> all = Files.list(set)) {
            for (Path picture : all.filter(f -> f.toString().endsWith(".png")).toList()) {
                Files.delete(picture);
            }
        }
        run.session().resume();
        EngineException told = failure(run);
        assertThat(told.key()).isEqualTo("train.unreadable");
        assertThat(told).hasMessageContaining(set.toString()).hasMessageContaining(".png");
        run.close();
    }

    /// What libtorch says when a machine has no more to give.
    private static void exhausted() {
        throw new ai.djl.engine.EngineException("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: "
                + "can't allocate memory: you tried to allocate 68719476736 bytes. Error code 12 (Cannot allocate memory)");
    }

    private EngineException outOfMemory(FineTunePlan plan, long free) throws Exception {
        AtomicReference<Optional<TinyRun>> full = new AtomicReference<>(Optional.empty());
        Path place = folder.resolve("run" + free);
        TinyRun run = TinyRun.start(plan, place, model -> TinyRun.hooked(model, () -> {
            if (full.get().isPresent()) {
                exhausted();
            }
        }));
        hold(run, 6);
        byte[] good = Files.readAllBytes(place.resolve("checkpoint.safetensors"));
        full.set(Optional.of(run));
        System.setProperty("diptych.memory", Long.toString(free));
        try {
            run.session().resume();
            EngineException told = failure(run);
            assertThat(told.key()).isEqualTo("train.full");
            assertThat(told).hasMessageContaining("69 GB").hasMessageContaining("after step 5.");
            assertThat(Files.readAllBytes(place.resolve("checkpoint.safetensors"))).isEqualTo(good);
            return told;
        } finally {
            System.clearProperty("diptych.memory");
            run.close();
        }
    }

    @Test
    void aMemoryThatIsFullSaysWhatWouldFit() throws Exception {
        EngineException parts = outOfMemory(TinyRun.plan("\"steps\": 12", "\"steps\": 9"), 1_000_000_000L);
        Message advice = (Message) parts.args()[2];
        assertThat(advice.key()).isEqualTo("train.full.parts");
        assertThat((int) advice.args().get(0)).isBetween(2, 7);
        assertThat(advice.args().subList(1, 5)).isEqualTo(List.of(1, 8, 2, 0));
        assertThat(parts.todo(Texts.ENGLISH)).contains(advice.args().get(0) + " pairs a step would fit")
                .contains("or 8 as now, in 2 micro-batches").contains("Gradient checkpointing");
        assertThat(parts.todo(Texts.CHINESE)).contains("分成 2 个小批");
        EngineException none = outOfMemory(TinyRun.plan("\"steps\": 12", "\"steps\": 9"), 1);
        assertThat(none.todo(Texts.ENGLISH)).contains("not even two pairs").contains("gradient checkpointing");
        EngineException fewer = outOfMemory(
                TinyRun.plan("\"steps\": 12", "\"steps\": 9", "\"seed\": 3", "\"seed\": 3, \"checkpointing\": true, "
                        + "\"lora\": {\"rank\": 2}"),
                2);
        assertThat(fewer.todo(Texts.ENGLISH)).contains("not even two pairs").doesNotContain("checkpointing");
    }

    /// Whatever was reckoned, what failed did not fit.
    @Test
    void whatFailedDidNotFit() {
        PlanMemory need = new PlanMemory(100, 0, 0, 0, 0, 0, 10, true, 40, 1, 0);
        assertThat(need.on(10_000).largestBatch()).isEqualTo(790);
        assertThat(need.failedOn(10_000).largestBatch()).isLessThan(40).isEqualTo(31);
        assertThat(need.failedOn(400).largestBatch()).isEqualTo(22);
        assertThat(need.failedOn(400).advice(true)).isEqualTo(Message.of("train.full.parts", 22, 1, 40, 2, 1));
        assertThat(need.dividing(41, 1).failedOn(400).advice(true)).isEqualTo(Message.of("train.full.batch", 22, 1, 1));
        for (String key : List.of("train.full.batch", "train.full.parts")) {
            for (int one : IntStream.range(0, 2).toArray()) {
                String text = Texts.ENGLISH.get(key, 22, 1 + one, one, 2, one);
                assertThat(text.contains(", in 2 micro-batches")).isEqualTo(one == 1 || key.endsWith("parts"));
                assertThat(text.contains("Gradient checkpointing")).isEqualTo(one == 0);
            }
        }
        assertThat(need.failedOn(110).advice(false)).isEqualTo(Message.of("train.full.checkpointing"));
    }
}
