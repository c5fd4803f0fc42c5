package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Texts;
import org.diptych.engine.api.ValueNames;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Derived;
import org.diptych.engine.data.DerivedMore;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.More;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.evaluate.Spoken;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a run logs of the texts that its model writes at each evaluation.
@Tag("invariant")
class RecitalTest {
    private static final List<String> SAID = List.of("a red fish and a blue car", "a red fish and a green cat");

    @TempDir
    Path folder;

    /// Toybox's pictures, of which half say the one and half the other; all of them are said to show a red fish, and half of them another thing that nobody ever names.
    private record Plain(Dataset data, boolean known) implements Derived {
        @Override
        public Example example(int index) throws EngineException {
            Example example = data.example(index);
            String said = SAID.get(index / 2 % 2); // neighbours are partners
            List<String> things = known
                    ? index / 2 % 2 == 0 ? List.of("red fish") : List.of("red fish", "pink hat")
                    : List.of();
            return new Example(example.id(), example.picture(), said, true, new Known(example.more(), things));
        }
    }

    private record Known(More more, List<String> things) implements DerivedMore {
    }

    private static Dataset data(FineTunePlan plan, Split split, boolean known) {
        return new Plain(new ToyboxDataset(plan.data(), split), known);
    }

    private static List<Map<String, Double>> evaluations(RunLog log) {
        return log.since(0).stream().map(RunLog.Row::values).filter(v -> v.containsKey("validation.loss")).toList();
    }

    private static TreeSet<String> written(Map<String, Double> values) {
        TreeSet<String> names = new TreeSet<>(values.keySet());
        names.retainAll(ValueNames.WRITTEN);
        return names;
    }

    @ParameterizedTest
    @CsvSource({"blip, validation.captions", "blip2-stage2, validation.captions", "blip2, ''",
            "beit3, validation.captions",
            "llava, validation.replies", "clip, ''", "vilt, ''"})
    void everyModelThatLearnsToWriteIsHeard(String name, String value) throws Exception {
        TinyRun run = TinyRun.start(TinyPlans.of(name, "steps", "2", "schedule.warmup", "1", "evaluateEvery", "2"),
                folder.resolve("run")).toTheEnd();
        List<Map<String, Double>> evaluations = evaluations(run.session().log());
        assertThat(evaluations).hasSize(2);
        for (Map<String, Double> values : evaluations) {
            assertThat(written(values)).containsExactlyElementsOf(value.isEmpty() ? List.of() : List.of(value));
            assertThat(value.isEmpty() ? 0 : values.get(value)).isBetween(0.0, 1.0);
        }
        run.close();
    }

    @Test
    void whoLearnsNoWritingIsNotAsked() throws Exception {
        TinyRun run = TinyRun.start(TinyPlans.of("blip", "steps", "2", "schedule.warmup", "1", "evaluateEvery", "2",
                "objectives", "{\"itm\": 1}"), folder.resolve("run")).toTheEnd();
        assertThat(evaluations(run.session().log())).allMatch(v -> written(v).isEmpty());
        run.close();
    }

    private static FineTunePlan plan(String steps) throws Exception {
        return TinyPlans.of("blip", "objectives", "{\"captioning\": 1}", "steps", steps, "evaluateEvery", "20",
                "optimizer.rate", "0.01", "data.hardNegatives", "0", "checkpointEvery", "20");
    }

    private TinyRun run(FineTunePlan plan, boolean known, String name) throws Exception {
        return TinyRun.start(plan, folder.resolve(name), data(plan, Split.TRAIN, known),
                data(plan, Split.VALIDATION, known));
    }

    /// @return the mean that the measures of `evaluate` give, of texts written one by one with the weights of now
    private static double measured(TinyRun run, Dataset data, boolean known) throws Exception {
        return TestLane.run(context -> {
            List<Double> all = new ArrayList<>();
            for (Example example : ProbeSet.examples(data)) {
                String text = Spoken.write(run.model(), List.of(Spoken.caption(run.model(), example.picture())),
                        context.scope()).getFirst();
                all.add(known
                        ? Spoken.names(text, example.more().things()) ? 1.0 : 0.0
                        : Spoken.common(text, example.caption()));
            }
            return all.stream().mapToDouble(d -> d).average().orElseThrow();
        });
    }

    @Test
    void theShareIsThatOfEvaluateOnTheSamePictures() throws Exception {
        FineTunePlan plan = plan("60");
        TinyRun run = run(plan, true, "run").toTheEnd();
        List<Map<String, Double>> evaluations = evaluations(run.session().log());
        assertThat(evaluations.getFirst().get("validation.captions")).as("before it learnt").isZero();
        assertThat(evaluations.getLast().get("validation.captions"))
                .as("it names the fish of both, and what nobody names of neither").isEqualTo(0.5)
                .isEqualTo(measured(run, data(plan, Split.VALIDATION, true), true));
        run.close();
    }

    @Test
    void whereNobodyKnowsWhatIsInThePicturesWordsAreCompared() throws Exception {
        FineTunePlan plan = plan("60");
        TinyRun run = run(plan, false, "run").toTheEnd();
        Map<String, Double> last = evaluations(run.session().log()).getLast();
        assertThat(written(last)).containsExactly("validation.words");
        assertThat(last.get("validation.words")).isBetween(0.6, 1.0)
                .isEqualTo(measured(run, data(plan, Split.VALIDATION, false), false));
        run.close();
    }

    /// Nothing is drawn for it, so a run that is broken off in the middle and goes on is the same as one that is not, numbers and all.
    @Test
    void aRunThatGoesOnSaysTheSame() throws Exception {
        TinyRun whole = run(plan("60"), true, "whole").toTheEnd();
        TinyRun first = run(plan("60"), true, "parts");
        TinyRun.until(() -> first.session().summary().step() >= 25);
        first.session().stop();
        first.toTheEnd();
        int broken = first.session().summary().step();
        first.close();
        FineTunePlan plan = plan("60");
        TinyRun second = TinyRun.resume(folder.resolve("parts"), data(plan, Split.TRAIN, true),
                data(plan, Split.VALIDATION, true)).toTheEnd();
        assertThat(broken).isLessThan(60);
        assertThat(second.losses()).isEqualTo(whole.losses());
        assertThat(evaluations(second.session().log())).extracting(v -> v.get("validation.captions"))
                .isEqualTo(evaluations(whole.session().log()).stream().map(v -> v.get("validation.captions")).toList());
        assertThat(second.numbers()).usingRecursiveComparison().isEqualTo(whole.numbers());
        second.close();
        whole.close();
    }

    @Test
    void repliesAreWrittenAfterWhatWasSaidBefore() throws Exception {
        FineTunePlan plan = TinyPlans.of("llava", "steps", "2", "schedule.warmup", "1", "evaluateEvery", "2");
        Dataset data = new ToyboxDataset(plan.data(), Split.VALIDATION);
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        int most = TestLane.run(context -> {
            int asked = 0;
            for (Example example : ProbeSet.examples(data)) {
                List<Conversation.Turn> turns = example.more().conversations().getFirst().turns();
                for (int i = 0; i < turns.size(); i++) {
                    assertThat(Spoken.reply(run.model(), example.picture(), turns, i).encoded().tokens().orElseThrow()
                            .text()).contains(turns.get(i).question());
                    asked++;
                }
            }
            return asked;
        });
        assertThat(most).isGreaterThan(ProbeSet.MOST);
        run.close();
    }

    @Test
    void measuresAreAsSaid() {
        assertThat(Spoken.names("a red fish and a blue car", List.of("red fish", "blue car"))).isTrue();
        assertThat(Spoken.names("a red car and a blue fish", List.of("red fish", "blue car"))).isFalse();
        assertThat(Spoken.names("一 条 红 色 的 鱼", List.of("红色的鱼"))).isTrue();
        assertThat(Spoken.common("a red fish", "A red fish.")).isEqualTo(1);
        assertThat(Spoken.common("a a a", "a red fish")).isEqualTo(2.0 / 6);
        assertThat(Spoken.common("红色的鱼", "红色的猫")).isEqualTo(0.75);
        assertThat(Spoken.common("", "")).isZero();
        for (String value : ValueNames.WRITTEN) {
            assertThat(Texts.ENGLISH.get(ValueNames.name(value)))
                    .isNotEqualTo(Texts.CHINESE.get(ValueNames.name(value)))
                    .doesNotContain("validation:");
            assertThat(Texts.CHINESE.get(ValueNames.axis(value))).doesNotStartWith("验证：");
        }
    }
}
