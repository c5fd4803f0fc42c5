package org.diptych.engine.train;

import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Derived;
import org.diptych.engine.data.Example;

/// A data set that keeps what was asked of it, so that a picture is decoded once.
///
/// @param read number -> example
record Remembering(Dataset data, Map<Integer, Example> read) implements Derived {
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
