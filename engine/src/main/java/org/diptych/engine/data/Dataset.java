package org.diptych.engine.data;

import org.diptych.engine.api.EngineException;

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
}
