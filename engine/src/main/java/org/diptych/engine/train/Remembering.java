package org.diptych.engine.train;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;

/// A data set that keeps what was asked of it, so that a picture is decoded once.
///
/// @param read number -> example
record Remembering(Dataset data, Map<Integer, Example> read) implements Dataset {
    @Override
    public String name() {
        return data.name();
    }

    @Override
    public int size() {
        return data.size();
    }

    @Override
    public int group() {
        return data.group();
    }

    @Override
    public List<String> answers() {
        return data.answers();
    }

    @Override
    public OptionalInt classes(Task task) {
        return data.classes(task);
    }

    @Override
    public Example example(int index) throws EngineException {
        Example known = read.get(index);
        if (known == null) {
            known = data.example(index);
            read.put(index, known);
        }
        return known;
    }
}
