package org.diptych.engine.api;

import java.util.List;

/// What was said before a question, and the form in which a model is to read it.
///
/// @param template name of the form, as in [Talk#templates()]
/// @param before   earlier questions with their answers, oldest first
public record Conversation(String template, List<Turn> before) {
    public record Turn(String question, String answer) {
    }

    public Conversation {
        before = List.copyOf(before);
    }
}
