package org.diptych.engine.model;

import java.util.List;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Sample;

/// Holds conversations: earlier questions and answers are read with the next question.
public interface Converses {
    /// @return forms of conversation by name, its own first
    List<String> templates();

    /// @param sample the picture, which belongs to the first question, and the question that is to be answered
    /// @throws EngineException when there is no such form, or not enough places for what was said
    Encoded encode(Sample sample, Said conversation) throws EngineException;

    /// @return texts that end an answer in this form
    /// @throws EngineException when there is no such form
    List<String> stops(String template) throws EngineException;
}
