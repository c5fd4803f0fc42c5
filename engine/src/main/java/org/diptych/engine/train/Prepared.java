package org.diptych.engine.train;

import java.util.List;
import java.util.Map;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.objective.Objective;

/// A step's examples, ready for the lane.
///
/// @param samples as they are
/// @param courses what each objective made of them
/// @param pairs   what they are to a person
record Prepared(List<Encoded> samples, Map<Objective, Lesson.Course> courses, List<Pair> pairs) {
    /// @param place   number in the data set
    /// @param caption as it is trained with
    /// @param right   false when the caption was made wrong on purpose
    record Pair(int place, String caption, boolean right) {
    }

    /// @return numbers held in memory, about
    long floats() {
        long own = samples.stream().mapToLong(e -> e.pixels().length).sum();
        return own + courses.values().stream().flatMap(c -> c.lessons().stream()).flatMap(l -> l.others().stream())
                .mapToLong(e -> e.pixels().length).sum();
    }
}
