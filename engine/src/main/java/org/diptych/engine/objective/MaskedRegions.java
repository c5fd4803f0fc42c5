package org.diptych.engine.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.More;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Hidden;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.model.Taught;

/// Hides regions of pictures, each with the same probability, one at least; what becomes of them is the model's own rule.
///
/// @param task one of those about regions
record MaskedRegions(Task task, FineTunePlan.Lessons how) implements Preparation {
    @Override
    public List<Lesson> of(Drawn drawn) throws EngineException {
        SplittableRandom dice = drawn.dice(task);
        Taught taught = (Taught) drawn.model();
        List<Lesson> out = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            Encoded own = drawn.encoded().get(i);
            Lesson lesson = hide(drawn, task, i, Lesson.of(own, -1), dice, how.share(), taught.lessons().hiding());
            if (how.joint()) {
                Lexicon lexicon = taught.lessons().lexicon()
                        .orElseThrow(() -> new EngineException("train.mask", drawn.model().family()));
                Lesson words = new MaskedWords(how, false).hide(drawn, i, own, lexicon);
                lesson = lesson.hiding(lesson.shown().saying(words.shown().tokens().orElseThrow()), words.words());
            }
            out.add(lesson);
        }
        return out;
    }

    /// @return the lesson with regions hidden in what is shown
    static Lesson hide(Drawn drawn, Task task, int index, Lesson lesson, SplittableRandom dice, double share,
            Hidden.Rule rule) throws EngineException {
        More.Labelled all = drawn.examples().get(index).more().regions().orElseThrow(() -> drawn.lacks(task, index));
        if (task.asksRegionClasses() && !all.known()) {
            throw drawn.lacks(task, index);
        }
        More.Labelled labelled = task.asksRegionClasses()
                ? all.named(((Taught) drawn.model()).lessons().classes(task).orElse(0))
                : More.Labelled.unknown(all.regions()); // a set may have more classes than a head that is not asked
        Regions regions = labelled.regions();
        int n = regions.boxes().size();
        boolean[] hidden = new boolean[n];
        boolean any = false;
        for (int i = 0; i < n; i++) {
            hidden[i] = dice.nextDouble() < share;
            any |= hidden[i];
        }
        int one = dice.nextInt(n);
        hidden[one] |= !any;
        float[][] seen = regions.features().clone();
        float[] confidences = new float[n];
        for (int i = 0; i < n; i++) {
            double fate = dice.nextDouble();
            int[] other = {dice.nextInt(drawn.size()), dice.nextInt(Integer.MAX_VALUE)};
            if (hidden[i] && fate < rule.zero()) {
                seen[i] = new float[seen[i].length];
            } else if (hidden[i] && fate < rule.zero() + rule.other()) {
                float[][] foreign = drawn.encoded().get(other[0]).regions().orElseThrow().features();
                seen[i] = foreign[other[1] % foreign.length];
            }
            confidences[i] = labelled.distributions()[i][labelled.classes()[i]];
        }
        return lesson.hiding(lesson.shown().with(new Regions(regions.boxes(), seen, regions.labels())),
                new Hidden(hidden, regions.features(), labelled.classes(), labelled.attributes(),
                        labelled.distributions(), confidences));
    }
}
