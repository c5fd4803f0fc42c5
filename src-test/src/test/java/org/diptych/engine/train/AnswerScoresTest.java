package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Derived;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.More;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Stacked;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where people gave different answers, each of them is learnt as right as it is.
@Tag("unit")
class AnswerScoresTest {
    @TempDir
    Path folder;

    private static final Map<String, List<String>> HEADS = Map.of("uniter", List.of("config.img_dim", "192"), "blip",
            List.of("config.answers", "true"), "albef", List.of("config.albef_config.decoder_layers_in_file", "1",
                    "config.albef_config.decoder_fusion_in_file", "0"));
    private static final List<More.Answer> CAT = List.of(new More.Answer("cat", 1));

    /// Every question has these scores and answers.
    private record Said(Dataset data, Map<Integer, Double> scores, List<More.Answer> given) implements Derived {
        @Override
        public Example example(int index) throws EngineException {
            Example example = data.example(index);
            return new Example(example.id(), example.picture(), example.caption(), true, new More() {
                @Override
                public List<Asked> questions() {
                    return List.of(new Asked("what is it ?", 1, scores, given));
                }

                @Override
                public Optional<Labelled> regions() {
                    return example.more().regions();
                }
            });
        }
    }

    private double first(String family, Map<Integer, Double> scores, List<More.Answer> answers) throws Exception {
        List<String> set = new ArrayList<>(List.of("objectives", "{\"vqa\": 1}", "steps", "1", "schedule.warmup", "0",
                "optimizer.rate", "0.001", "evaluateEvery", "1"));
        set.addAll(HEADS.getOrDefault(family, List.of()));
        FineTunePlan plan = TinyPlans.of(family, set.toArray(String[]::new));
        TinyRun run = TinyRun.start(plan, Files.createTempDirectory(folder, family).resolve("run"),
                new Said(new ToyboxDataset(plan.data(), Split.TRAIN), scores, answers),
                new Said(new ToyboxDataset(plan.data(), Split.VALIDATION), scores, answers)).toTheEnd();
        double loss = run.losses().get(1);
        run.close();
        return loss;
    }

    @ParameterizedTest
    @ValueSource(strings = {"vilt", "lxmert", "uniter", "vilbert", "vlmo", "beit3"})
    void whatIsHalfRightIsNotLearntAsWrong(String family) throws Exception {
        double alone = first(family, Map.of(), CAT);
        assertThat(first(family, Map.of(1, 1.0), CAT)).isEqualTo(alone);
        assertThat(first(family, Map.of(1, 1.0, 0, 0.6), CAT)).isNotEqualTo(alone);
    }

    /// Models that write their answers learn each of them, by the share of the people who gave it (ALBEF, section 4; BLIP, section 5.3): the loss is the mean of what each would be alone.
    @ParameterizedTest
    @ValueSource(strings = {"albef", "blip"})
    void whatIsWrittenIsLearntByItsShare(String family) throws Exception {
        double cat = first(family, Map.of(), CAT);
        double house = first(family, Map.of(), List.of(new More.Answer("a red house on the left", 1)));
        assertThat(first(family, Map.of(), List.of(new More.Answer("cat", 0.7),
                new More.Answer("a red house on the left", 0.3)))).isCloseTo(0.7 * cat + 0.3 * house, within(1e-3))
                .isNotCloseTo(cat, within(1e-2));
    }

    @Test
    void scoresStandInThePlaceOfTheOneAnswer() throws Exception {
        Encoded nothing = new Encoded(Optional.empty(), new float[0], 0, 0, Optional.empty(), Optional.empty());
        Lesson.Course course = new Lesson.Course(
                List.of(Lesson.of(nothing, 2), Lesson.of(nothing, 1).scored(Map.of(1, 0.9, 3, 0.3))), 0);
        float[] scores = TestLane.run(context -> Stacked.scores(course, 4, context.scope()).toFloatArray());
        assertThat(scores).containsExactly(0, 0, 1, 0, 0, 0.9f, 0, 0.3f);
    }
}
