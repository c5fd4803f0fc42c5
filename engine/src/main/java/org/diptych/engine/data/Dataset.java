package org.diptych.engine.data;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.Task;

/// Numbered pairs. Examples are drawn or decoded when they are asked for, on any thread.
public interface Dataset {
    String name();

    int size();

    /// @return how many neighbouring examples belong together in a batch: 2 where each even one has a partner made to be hard to tell from it
    default int group() {
        return 1;
    }

    /// @param index from 0
    /// @throws EngineException when the example's files cannot be read
    Example example(int index) throws EngineException;

    /// @return answers that its questions can have, by number
    default List<String> answers() {
        return List.of();
    }

    /// @return how many classes the task's labels are of, where the set has such labels
    default OptionalInt classes(Task task) {
        return OptionalInt.empty();
    }

    /// @return the region features of its pictures; empty for a set whose pictures have none
    default Optional<RegionFacts> regions() {
        return Optional.empty();
    }
}
