package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Note;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Texts;
import org.diptych.engine.api.ValueNames;
import org.diptych.engine.curves.Coach;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Derived;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.More;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Answers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Scores with a blank picture, as a run logs them, and what is said of them.
@Tag("invariant")
class BlankTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"vilt, itm mlm vqa", "lxmert, itm mlm vqa", "albef, itm mlm", "roberta, ''", "clip, ''"})
    void aRunMeasuresItsScoresWithABlankPictureToo(String name, String objectives) throws Exception {
        TinyRun run = TinyRun.start(TinyPlans.of(name, "steps", "2", "schedule.warmup", "1", "evaluateEvery", "2"),
                folder.resolve("run")).toTheEnd();
        for (int step : new int[]{0, 2}) {
            Map<String, Double> values = run.rows().stream()
                    .filter(r -> r.step() == step && r.values().containsKey("validation.loss")).findFirst()
                    .orElseThrow().values();
            TreeSet<String> names = new TreeSet<>(values.keySet());
            names.removeIf(n -> !n.endsWith(ValueNames.BLANK));
            assertThat(names).containsExactlyElementsOf(
                    objectives.isEmpty()
                            ? List.of()
                            : Arrays.stream(objectives.split(" ")).map(o -> "validation.accuracy." + o + ".blank")
                                    .toList());
            for (String blank : names) {
                assertThat(values.get(blank)).as(blank).isBetween(0.0, 1.0);
                assertThat(values).containsKey(blank.replace(ValueNames.BLANK, ""));
            }
        }
        run.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vilt", "uniter"})
    void nothingIsToBeSeenAndAllElseIsTheSame(String name) throws Exception {
        FineTunePlan plan = TinyPlans.of(name);
        Dataset shown = new ToyboxDataset(plan.data(), Split.VALIDATION);
        Dataset blank = new Blanked(shown);
        Example one = shown.example(3);
        Example other = blank.example(3);
        assertThat(other.picture().rgb()).containsOnly((byte) 128).hasSameSizeAs(one.picture().rgb());
        assertThat(other.caption()).isEqualTo(one.caption());
        assertThat(other.more().questions()).isEqualTo(one.more().questions());
        More.Labelled regions = other.more().regions().orElseThrow();
        assertThat(regions.regions().boxes()).isEqualTo(one.more().regions().orElseThrow().regions().boxes());
        for (float[] feature : regions.regions().features()) {
            assertThat(feature).containsOnly(128f / 255);
        }
    }

    @Test
    void valuesAreCalledByNamesInBothLanguages() {
        assertThat(Texts.ENGLISH.get(ValueNames.name("validation.accuracy.itm.blank")))
                .isEqualTo("validation accuracy with a blank picture: itm");
        assertThat(Texts.CHINESE.get(ValueNames.axis("validation.accuracy.itm.blank"))).startsWith("图片换成空白时的正确率：itm");
        assertThat(Texts.ENGLISH.get(ValueNames.name("validation.accuracy.itm")))
                .isEqualTo("validation accuracy: itm");
    }

    /// Questions whose answer is in their own words, or to be seen in the picture alone, which is black or white.
    private record Quiz(Dataset data, boolean told) implements Derived {
        private static final List<String> ANSWERS = List.of("yes", "no");

        @Override
        public Example example(int index) throws EngineException {
            Example example = data.example(index);
            int answer = index / 2 % 2; // neighbours are partners, and one answer is never the other's partner
            byte[] rgb = new byte[example.picture().rgb().length];
            Arrays.fill(rgb, (byte) (answer == 0 ? 0 : 255));
            Picture picture = told
                    ? example.picture()
                    : new Picture(example.picture().width(), example.picture().height(), rgb, "plain");
            String question = told ? (ANSWERS.get(answer) + " ").repeat(8) : "what is it ?";
            return new Example(example.id(), picture, example.caption(), true, new More() {
                @Override
                public List<Asked> questions() {
                    return List.of(new Asked(question, answer, ANSWERS.get(answer)));
                }
            });
        }

        @Override
        public List<String> answers() {
            return ANSWERS;
        }

        @Override
        public OptionalInt classes(Task task) {
            return OptionalInt.of(ANSWERS.size());
        }
    }

    private TinyRun quiz(boolean told) throws Exception {
        FineTunePlan plan = TinyPlans.of("vilt", "objectives", "{\"vqa\": 1}", "steps", "80", "evaluateEvery", "20",
                "optimizer.rate", "0.005", "config.num_answers", "3");
        return TinyRun.start(plan, folder.resolve("run"), new Quiz(new ToyboxDataset(plan.data(), Split.TRAIN), told),
                new Quiz(new ToyboxDataset(plan.data(), Split.VALIDATION), told)).toTheEnd();
    }

    private static List<Note> textAlone(TinyRun run) {
        return Coach.notes(run.session().log()).stream().filter(n -> n.kind() == Note.Kind.TEXT_ALONE).toList();
    }

    @Test
    void aModelThatNeedsNoPictureIsToldOf() throws Exception {
        TinyRun run = quiz(true);
        Map<String, Double> last = run.session().summary().last();
        assertThat(last.get("validation.accuracy.vqa")).isGreaterThan(0.9);
        assertThat(last.get("validation.accuracy.vqa.blank")).isGreaterThan(0.9);
        assertThat(textAlone(run)).singleElement()
                .satisfies(n -> assertThat(n.curve()).isEqualTo("validation.accuracy.vqa.blank"));
        assertThat(((Answers) run.model()).answers()).containsExactly("yes", "no", "LABEL_2");
        run.close();
    }

    @Test
    void aModelThatLooksIsNot() throws Exception {
        TinyRun run = quiz(false);
        Map<String, Double> last = run.session().summary().last();
        assertThat(last.get("validation.accuracy.vqa")).isGreaterThan(0.9);
        assertThat(last.get("validation.accuracy.vqa.blank")).isBetween(0.4, 0.6); // one answer to all
        assertThat(textAlone(run)).isEmpty();
        run.close();
    }
}
