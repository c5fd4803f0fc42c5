package org.diptych.engine.api;

import java.util.Optional;

/// Let a model write.
///
/// @param model        handle of a loaded model
/// @param picture      what it sees
/// @param text         a question, or what it is to go on from
/// @param how          how its words are chosen; lengths count new words
/// @param alternatives likeliest words told beside each written one
/// @param attention    true to tell where the model looked for each word, which takes the slower path
/// @param said         what was said before and the form of the conversation; empty for a text as it is, or a single question to a model that reads every text as one
public record GenerateRequest(String model, Optional<Picture> picture, Optional<String> text, Decoding how,
        int alternatives, boolean attention, Optional<Said> said) {
    public GenerateRequest(String model, Optional<Picture> picture, Optional<String> text, Decoding how,
            int alternatives, boolean attention) {
        this(model, picture, text, how, alternatives, attention, Optional.empty());
    }
}
