package org.diptych.engine.models.beit3;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Scene;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Pass;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class Beit3LessonsTest {
    @TempDir
    Path folder;

    @Test
    void aLongRunLeavesTheHardestWordsOfItsCaptionsOut() throws Exception {
        FineTunePlan plan = TinyPlans.of("beit3");
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Beit3Model model = (Beit3Model) new Beit3Family().create(FreshFiles.write(folder, plan),
                    new ModelFiles(Optional.of(folder)));
            model.initialise(scope, 3);
            model.settle();
            Scene scene = Toybox.scene(5, 32, World.named("aligned"));
            Lesson lesson = Lesson.of(model.encode(Sample.of(scene.picture(), scene.captions().get("en").getLast())),
                    -1).with(0.5);
            Objective captions = Objective.of("captioning", model, plan, scope);
            double[] losses = new double[2];
            for (int late = 0; late < losses.length; late++) {
                Lesson.Course course = new Lesson.Course(List.of(lesson), 0, 12_000 + late);
                losses[late] = captions.loss(model, Pass.INFER, captions.inputs(model, course,
                        model.batch(course.shown(), scope), scope)).total().toFloatArray()[0];
            }
            assertThat(losses[1]).isPositive().isLessThan(losses[0]);
            return true;
        });
    }
}
