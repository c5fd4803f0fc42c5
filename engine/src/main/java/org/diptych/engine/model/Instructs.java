package org.diptych.engine.model;

import java.util.List;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;

/// Puts what is said about a picture into the form of conversation that its model was published with, and says which words of it are learnt. Runs on any thread.
public interface Instructs {
    /// A caption, as the projector alone is taught: all but the picture is learnt.
    ///
    /// @param own the picture
    Lesson captioned(Encoded own, String caption) throws EngineException;

    /// Turns about a picture: the answers are learnt, each with what closes it.
    ///
    /// @param own the picture
    /// @throws EngineException when the model's form of conversation cannot be taught
    Lesson answered(Encoded own, List<Conversation.Turn> turns) throws EngineException;

    /// The same turns without their picture: every word is learnt, as a language model is before it sees anything.
    ///
    /// @param own whose picture is left out
    Lesson alone(Encoded own, List<Conversation.Turn> turns) throws EngineException;

    /// A text without its picture, every word of which is learnt.
    ///
    /// @param own whose picture is left out
    Lesson alone(Encoded own, String text) throws EngineException;
}
