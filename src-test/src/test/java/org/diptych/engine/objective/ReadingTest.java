package org.diptych.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Task;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is read off an objective is what it trains with.
@Tag("invariant")
class ReadingTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"uniter", "clip", "albef", "beit3"})
    void itsLossIsTheObjectivesOwn(String name) throws Exception {
        FineTunePlan plan = TinyPlans.of(name);
        FineTunePlan.Lessons usual = FineTunePlan.Lessons.USUAL;
        FineTunePlan.Lessons joint = new FineTunePlan.Lessons("dynamic", "bert", 0.15, true, 0, 0);
        TestLane.run(context -> {
            VisionLanguageModel model = Models.named(name).orElseThrow().create(FreshFiles.write(folder, plan),
                    new ModelFiles(Optional.of(folder)));
            ((Initialises) model).initialise(context.scope(), 3);
            ((Initialises) model).settle();
            Drawn drawn = drawn(model, plan);
            for (Task task : Objective.tasks(model)) {
                for (FineTunePlan.Lessons how : List.of(usual, joint)) {
                    Objective objective = Objective.of(task, model, how);
                    Lesson.Course all = objective.prepare(drawn, 0);
                    boolean one = !objective.compares(model);
                    Lesson.Course course = one ? new Lesson.Course(all.lessons().subList(0, 1), 0) : all;
                    var base = model.batch(one ? drawn.encoded().subList(0, 1) : drawn.encoded(), context.scope());
                    float own = objective.loss(model, Pass.READABLE,
                            objective.inputs(model, course, base, context.scope())).total().toFloatArray()[0];
                    assertThat(Reading.prepare(task, drawn, how,
                            new Reading.Names(Toybox.kinds("en"), Toybox.answers("en")))
                            .view(List.of(), context.scope()).loss()).as("%s", task)
                            .isCloseTo(own, within(1e-5 * Math.max(1, Math.abs(own))));
                }
            }
            return true;
        });
    }

    private static Drawn drawn(VisionLanguageModel model, FineTunePlan plan)
            throws org.diptych.engine.api.EngineException {
        ToyboxDataset data = new ToyboxDataset(plan.data(), Split.VALIDATION);
        List<Example> examples = new ArrayList<>();
        List<Encoded> encoded = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            examples.add(data.example(i));
            encoded.add(Drawn.encode(model, examples.get(i)));
        }
        return new Drawn(model, examples, encoded, new int[]{0, 1, 2, 3}, new long[4], 5, 1);
    }
}
