package org.diptych.engine.api;

import java.util.List;

/// What was said before a question, and the form in which a model is to read it.
///
/// @param template name of the form, as in [Talk#templates()]
/// @param before   earlier questions with their answers, oldest first
public record Said(String template, List<Conversation.Turn> before) {
    public Said {
        before = List.copyOf(before);
    }
}
