package org.diptych.engine.model;

import org.diptych.engine.api.EngineException;

/// Reads two texts as one.
public interface ReadsTwo {
    /// Tokenises; runs on any thread.
    ///
    /// @throws EngineException when the model came without a tokenizer
    Encoded encodePair(String first, String second) throws EngineException;
}
