package org.diptych.engine.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.objective.Objective;

/// A step's examples, ready for the lane.
///
/// @param samples as they are
/// @param courses what each objective made of them
/// @param pairs   what they are to a person
/// @param lost    place -> name of the picture, of those that could not be read and for which others stand here
record Prepared(List<Encoded> samples, Map<Objective, Lesson.Course> courses, List<Pair> pairs,
        Map<Integer, String> lost) {
    /// @param place   number in the data set
    /// @param caption as it is trained with
    /// @param right   false when the caption was made wrong on purpose
    record Pair(int place, String caption, boolean right) {
    }

    /// @return as many micro-batches of neighbours
    List<Prepared> parts(int count) {
        List<Prepared> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int from = i * samples.size() / count;
            int to = (i + 1) * samples.size() / count;
            Map<Objective, Lesson.Course> some = new LinkedHashMap<>();
            courses.forEach((objective, course) -> some.put(objective, course.part(from, to)));
            out.add(new Prepared(samples.subList(from, to), some, pairs.subList(from, to), Map.of()));
        }
        return out;
    }

    /// @return the share that an objective's loss over a part has in its loss over all
    double share(Objective objective, Prepared part) {
        Lesson.Course all = courses.get(objective);
        return all.lessons().isEmpty()
                ? (double) part.samples().size() / samples.size()
                : (double) objective.asked(part.courses().get(objective)) / objective.asked(all);
    }

    /// @return numbers held in memory, about
    long floats() {
        return Stream.concat(samples.stream(), courses.values().stream().flatMap(c -> c.lessons().stream())
                .flatMap(l -> l.others().stream())).map(Encoded::pixels).distinct() // one picture may stand beside many texts
                .mapToLong(pixels -> pixels.length).sum();
    }
}
