package org.diptych.engine.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Drawn;
import org.diptych.engine.objective.Objective;

/// Makes a step's lessons of its examples; runs on any thread. Where a picture cannot be read, another example takes its place.
record Preparer(Dataset data, VisionLanguageModel model, List<Objective> objectives, long seed) {
    /// @param places numbers of the examples
    /// @param sights how often each was seen before
    /// @param step   decides, with the seed, what is drawn
    /// @param alpha  share of what a following copy says in the targets
    Prepared prepare(int[] places, long[] sights, int step, double alpha) throws EngineException {
        List<Example> examples = new ArrayList<>(places.length);
        List<Encoded> encoded = new ArrayList<>(places.length);
        List<Prepared.Pair> pairs = new ArrayList<>(places.length);
        Map<Integer, String> lost = new LinkedHashMap<>();
        Readable readable = new Readable(data);
        int[] there = places.clone();
        Set<Integer> taken = new HashSet<>(IntStream.of(places).boxed().toList());
        for (int i = 0; i < places.length; i++) {
            Readable.Read read = readable.read(places[i], taken::contains);
            Example example = read.example();
            there[i] = read.place();
            taken.add(read.place());
            lost.putAll(read.lost());
            examples.add(example);
            pairs.add(new Prepared.Pair(read.place(), example.caption(), example.right()));
            encoded.add(Drawn.encode(model, example));
        }
        Drawn drawn = new Drawn(model, examples, encoded, there, sights, seed, step);
        Map<Objective, Lesson.Course> courses = new LinkedHashMap<>();
        for (Objective objective : objectives) {
            courses.put(objective, objective.prepare(drawn, alpha));
        }
        return new Prepared(encoded, courses, pairs, lost);
    }
}
