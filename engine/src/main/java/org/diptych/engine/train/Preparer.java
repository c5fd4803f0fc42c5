package org.diptych.engine.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Drawn;
import org.diptych.engine.objective.Objective;

/// Makes a step's lessons of its examples; runs on any thread.
record Preparer(Dataset data, VisionLanguageModel model, List<Objective> objectives, long seed) {
    /// @param places numbers of the examples
    /// @param sights how often each was seen before
    /// @param step   decides, with the seed, what is drawn
    /// @param alpha  share of what a following copy says in the targets
    Prepared prepare(int[] places, long[] sights, int step, double alpha) throws EngineException {
        List<Example> examples = new ArrayList<>(places.length);
        List<Encoded> encoded = new ArrayList<>(places.length);
        List<Prepared.Pair> pairs = new ArrayList<>(places.length);
        for (int index : places) {
            Example example = data.example(index);
            examples.add(example);
            pairs.add(new Prepared.Pair(index, example.caption(), example.right()));
            encoded.add(Drawn.encode(model, example));
        }
        Drawn drawn = new Drawn(model, examples, encoded, places, sights, seed, step);
        Map<Objective, Lesson.Course> courses = new LinkedHashMap<>();
        for (Objective objective : objectives) {
            courses.put(objective, objective.prepare(drawn, alpha));
        }
        return new Prepared(encoded, courses, pairs);
    }
}
