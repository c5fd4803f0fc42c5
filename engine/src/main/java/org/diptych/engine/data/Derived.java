package org.diptych.engine.data;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.Task;

/// Another data set of which only the examples are not as they are there.
public interface Derived extends Dataset {
    /// @return the other one
    Dataset data();

    @Override
    default String name() {
        return data().name();
    }

    @Override
    default int size() {
        return data().size();
    }

    @Override
    default int group() {
        return data().group();
    }

    @Override
    default List<String> answers() {
        return data().answers();
    }

    @Override
    default OptionalInt classes(Task task) {
        return data().classes(task);
    }

    @Override
    default Optional<RegionFacts> regions() {
        return data().regions();
    }
}
