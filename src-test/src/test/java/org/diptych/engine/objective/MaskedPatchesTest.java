package org.diptych.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which patches are hidden, what is hidden beside them, and whose codes are asked for.
@Tag("unit")
class MaskedPatchesTest {
    private static final int COUNT = 200;
    /// Of four by four.
    private static final int PATCHES = 16;

    @TempDir
    Path folder;

    private interface Check {
        void run(Drawn drawn, FineTunePlan plan, NDManager scope) throws Exception;
    }

    private void with(Check check, String... settings) throws Exception {
        FineTunePlan plan = TinyPlans.of("beit3-joint", settings);
        TestLane.run(context -> {
            VisionLanguageModel model = Models.named("beit3").orElseThrow()
                    .create(FreshFiles.write(folder, plan), new ModelFiles(Optional.of(folder)));
            ToyboxDataset data = new ToyboxDataset(plan.data(), Split.TRAIN);
            List<Example> examples = new ArrayList<>();
            List<Encoded> encoded = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                examples.add(data.example(i));
                encoded.add(Drawn.encode(model, examples.get(i)));
            }
            try {
                check.run(new Drawn(model, examples, encoded, IntStream.range(0, COUNT).toArray(), new long[COUNT], 5,
                        1), plan, context.scope());
            } catch (EngineException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return true;
        });
    }

    private static Lesson.Course course(Drawn drawn, FineTunePlan plan, Task task, NDManager scope)
            throws EngineException {
        return Objective.of(task.plan(), drawn.model(), plan, scope).prepare(drawn, 0);
    }

    private static double words(Drawn drawn, Lesson.Course course) {
        double hidden = 0;
        double all = 0;
        for (int i = 0; i < COUNT; i++) {
            all += drawn.encoded().get(i).tokens().orElseThrow().tokens().stream().filter(t -> !t.special()).count();
            hidden += Arrays.stream(course.lessons().get(i).words()).filter(w -> w >= 0).count();
        }
        return hidden / all;
    }

    @Test
    void patchesAreHiddenInBlocksUntilTheShareIs() {
        Axis.Patches grid = new Axis.Patches(14, 14, 1);
        for (int i = 0; i < 20; i++) {
            long[] hidden = MaskedPatches.hidden(grid, 0.4, new SplittableRandom(i));
            assertThat(Arrays.stream(hidden).sum()).isEqualTo(78); // of 196
            assertThat(hidden).isEqualTo(MaskedPatches.hidden(grid, 0.4, new SplittableRandom(i)))
                    .isNotEqualTo(MaskedPatches.hidden(grid, 0.4, new SplittableRandom(i + 99)));
            long beside = IntStream.range(0, 196).filter(p -> p % 14 < 13 && hidden[p] == 1 && hidden[p + 1] == 1)
                    .count();
            assertThat(beside).as("neighbours, of which single patches would have 29").isGreaterThan(45);
        }
        assertThat(Arrays.stream(MaskedPatches.hidden(grid, 0.25, new SplittableRandom(3))).sum()).isEqualTo(49);
        assertThat(Arrays.stream(MaskedPatches.hidden(new Axis.Patches(2, 2, 1), 0.1, new SplittableRandom(3))).sum())
                .as("one at least").isEqualTo(1);
    }

    /// Two fifths of the patches and half of the words, the same for both sides; a side by itself hides as much as it would alone.
    @Test
    void aPairHidesPatchesAndWordsAtOnce() throws Exception {
        with((drawn, plan, scope) -> {
            Lesson.Course words = course(drawn, plan, Task.MASKED_WORDS, scope);
            Lesson.Course patches = course(drawn, plan, Task.MASKED_PATCHES, scope);
            assertThat(words(drawn, words)).isCloseTo(0.5, within(0.03));
            for (int i = 0; i < COUNT; i++) {
                long[] hidden = words.lessons().get(i).patches().orElseThrow().hidden();
                assertThat(hidden).hasSize(PATCHES)
                        .isEqualTo(patches.lessons().get(i).patches().orElseThrow().hidden());
                assertThat(Arrays.stream(hidden).sum()).isEqualTo(6);
                assertThat(words.lessons().get(i).words()).isEqualTo(patches.lessons().get(i).words());
                assertThat(ids(words, i)).isEqualTo(ids(patches, i));
            }
            assertThat(patches.asked(Task.MASKED_PATCHES)).isEqualTo(6L * COUNT);
            assertThat(words.asked(Task.MASKED_WORDS)).isEqualTo(words.lessons().stream()
                    .mapToLong(l -> Arrays.stream(l.words()).filter(w -> w >= 0).count()).sum());
            Lesson.Course text = course(drawn, plan, Task.WORDS_ALONE, scope);
            assertThat(words(drawn, text)).isCloseTo(0.17, within(0.03)); // 0.15, and one in texts that would have none
            assertThat(text.lessons()).allMatch(l -> l.patches().isEmpty());
            Lesson.Course pictures = course(drawn, plan, Task.PATCHES_ALONE, scope);
            for (int i = 0; i < COUNT; i++) {
                assertThat(Arrays.stream(pictures.lessons().get(i).patches().orElseThrow().hidden()).sum())
                        .isEqualTo(6);
                assertThat(ids(pictures, i)).isEqualTo(own(drawn, i));
            }
        });
    }

    private static long[] ids(Lesson.Course course, int i) {
        return course.lessons().get(i).shown().tokens().map(Tokens::ids).orElseThrow();
    }

    private static long[] own(Drawn drawn, int i) {
        return drawn.encoded().get(i).tokens().map(Tokens::ids).orElseThrow();
    }

    @Test
    void aPlanSetsTheSharesAndHidesOneSideAlone() throws Exception {
        with((drawn, plan, scope) -> {
            assertThat(words(drawn, course(drawn, plan, Task.MASKED_WORDS, scope))).isCloseTo(0.8, within(0.03));
            assertThat(course(drawn, plan, Task.MASKED_PATCHES, scope).asked(Task.MASKED_PATCHES))
                    .isEqualTo(12L * COUNT);
        }, "lessons.pair", "0.8", "lessons.patches", "0.75");
        with((drawn, plan, scope) -> {
            Lesson.Course words = course(drawn, plan, Task.MASKED_WORDS, scope);
            assertThat(words(drawn, words)).isCloseTo(0.17, within(0.03));
            assertThat(words.lessons()).allMatch(l -> l.patches().isEmpty());
            Lesson.Course patches = course(drawn, plan, Task.MASKED_PATCHES, scope);
            for (int i = 0; i < COUNT; i++) {
                assertThat(ids(patches, i)).isEqualTo(own(drawn, i));
            }
        }, "lessons.joint", "false");
    }

    @Test
    void theModelSeesBothSidesHidden() throws Exception {
        with((drawn, plan, scope) -> {
            int mask = ((Taught) drawn.model()).lessons().lexicon().orElseThrow().mask();
            for (Task task : List.of(Task.MASKED_WORDS, Task.MASKED_PATCHES)) {
                Objective objective = Objective.of(task.plan(), drawn.model(), plan, scope);
                Lesson.Course few = objective.prepare(drawn, 0).part(0, 3);
                Inputs inputs = objective.inputs(drawn.model(), few,
                        drawn.model().batch(drawn.encoded().subList(0, 3), scope), scope);
                assertThat(Arrays.stream(inputs.get("vision_masked_position").toLongArray()).sum()).isEqualTo(18);
                assertThat(Arrays.stream(inputs.get("masked_text_ids").toLongArray()).filter(id -> id == mask).count())
                        .as("mask tokens").isPositive();
            }
        });
    }

    private Path table(Drawn drawn, String fault) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            String codes = i == 0
                    ? "[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 63]]"
                    : IntStream.range(0, PATCHES).mapToObj(Integer::toString).toList().toString();
            lines.append("{\"picture\": \"%s\", \"codes\": %s}\n".formatted(drawn.examples().get(i).id(), codes));
        }
        return Files.writeString(folder.resolve("codes.jsonl"), lines + fault);
    }

    private static FineTunePlan told(FineTunePlan plan, Path file) {
        FineTunePlan.Lessons l = plan.lessons();
        return new FineTunePlan(plan.name(), plan.model(), plan.config(), plan.startFrom(), plan.data(),
                plan.objectives(),
                new FineTunePlan.Lessons(l.masking(), l.rule(), l.share(), l.joint(), l.alpha(), l.alphaRamp(),
                        l.patches(), l.pair(), file.toString(), l.tasks()),
                plan.trains(), plan.lora(), plan.optimizer(), plan.schedule(), plan.stages(), plan.steps(),
                plan.batch(), plan.seed(), plan.evaluateEvery(), plan.checkpointEvery());
    }

    @Test
    void aTableTellsTheCodes() throws Exception {
        with((drawn, plan, scope) -> {
            FineTunePlan other = told(plan, table(drawn, ""));
            Drawn few = new Drawn(drawn.model(), drawn.examples().subList(0, 3), drawn.encoded().subList(0, 3),
                    new int[]{0, 1, 2}, new long[3], 5, 1);
            for (Task task : List.of(Task.PATCHES_ALONE, Task.MASKED_PATCHES)) {
                Objective objective = Objective.of(task.plan(), drawn.model(), other, scope);
                Inputs inputs = objective.inputs(drawn.model(), objective.prepare(few, 0),
                        drawn.model().batch(few.encoded(), scope), scope);
                assertThat(inputs.get("visual_token_targets").getShape().getShape()).containsExactly(3, PATCHES);
                assertThat(Arrays.copyOf(inputs.get("visual_token_targets").toLongArray(), PATCHES))
                        .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 63);
            }
            assertThatThrownBy(() -> course(drawn, other, Task.MASKED_PATCHES, scope))
                    .as("the fourth picture is not in the table").isInstanceOfSatisfying(EngineException.class,
                            e -> assertThat(e.key()).isEqualTo("train.codes.picture"));
        });
    }

    @Test
    void aTableThatDoesNotFitIsToldWhy() throws Exception {
        with((drawn, plan, scope) -> {
            fault(drawn, plan, scope, "{\"picture\": \"x\", \"codes\": [1, 2, 3]}", "train.codes.patches");
            fault(drawn, plan, scope, "{\"picture\": \"x\", \"codes\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,64]}",
                    "train.codes.code");
            fault(drawn, plan, scope, "{\"picture\": \"x\", \"codes\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,-1]}",
                    "train.codes.code");
            fault(drawn, plan, scope, "{\"picture\": \"x\"}", "train.codes.line");
            fault(drawn, plan, scope, "[1]", "train.codes.line");
            fault(drawn, plan, scope, "{", "train.codes.line");
            assertThatThrownBy(
                    () -> course(drawn, told(plan, folder.resolve("none.jsonl")), Task.MASKED_PATCHES, scope))
                    .isInstanceOfSatisfying(EngineException.class,
                            e -> assertThat(e.key()).isEqualTo("train.codes.unreadable"));
        });
    }

    private void fault(Drawn drawn, FineTunePlan plan, NDManager scope, String line, String key) throws Exception {
        FineTunePlan other = told(plan, table(drawn, line));
        assertThatThrownBy(() -> course(drawn, other, Task.MASKED_PATCHES, scope)).as(line)
                .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.key()).isEqualTo(key));
    }
}
