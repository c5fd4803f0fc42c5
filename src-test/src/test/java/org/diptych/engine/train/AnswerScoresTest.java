package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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

    /// Every question has this answer, and these scores.
    private record Said(Dataset data, Map<Integer, Double> scores) implements Derived {
        @Override
        public Example example(int index) throws EngineException {
            Example example = data.example(index);
            return new Example(example.id(), example.picture(), example.caption(), true, new More() {
                @Override
                public List<Asked> questions() {
                    return List.of(new Asked("what is it ?", 1, "cat", scores));
                }

                @Override
                public Optional<Labelled> regions() {
                    return example.more().regions();
                }
            });
        }
    }

    private double first(String family, Map<Integer, Double> scores) throws Exception {
        FineTunePlan plan = TinyPlans.of(family, "objectives", "{\"vqa\": 1}", "steps", "1", "schedule.warmup", "0",
                "optimizer.rate",
                "0.001", "evaluateEvery", "1",
                "config.img_dim", family.equals("uniter") ? "192" : "");
        TinyRun run = TinyRun.start(plan, folder.resolve(family + scores.size() + scores.get(1)),
                new Said(new ToyboxDataset(plan.data(), Split.TRAIN), scores),
                new Said(new ToyboxDataset(plan.data(), Split.VALIDATION), scores)).toTheEnd();
        double loss = run.losses().get(1);
        run.close();
        return loss;
    }

    @ParameterizedTest
    @ValueSource(strings = {"vilt", "lxmert", "uniter", "vilbert", "vlmo", "beit3"})
    void whatIsHalfRightIsNotLearntAsWrong(String family) throws Exception {
        double alone = first(family, Map.of());
        assertThat(first(family, Map.of(1, 1.0))).isEqualTo(alone);
        assertThat(first(family, Map.of(1, 1.0, 0, 0.6))).isNotEqualTo(alone);
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
