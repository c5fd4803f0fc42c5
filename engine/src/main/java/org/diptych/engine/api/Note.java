package org.diptych.engine.api;

/// What a run's numbers say, in one sentence that anyone can check against them, and what could be done.
///
/// @param kind  what was found
/// @param curve name of the value in the log that shows it, as `validation.loss`
/// @param from  first step of the evidence
/// @param to    its last step
/// @param says  the finding, with its steps and values
/// @param todo  what could be done
public record Note(Kind kind, String curve, int from, int to, Message says, Message todo) {
    public enum Kind {
        RUN_AWAY, BLOW_UP, RATE_TOO_HIGH, NO_LEARNING, OVERFITTING, PLATEAU, TEMPERATURE, TEXT_ALONE
    }
}
