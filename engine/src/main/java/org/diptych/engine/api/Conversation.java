package org.diptych.engine.api;

import java.util.List;

/// Turns about one picture, in the three forms of Visual Instruction Tuning (Liu et al. 2023, section 3). Where there the answers come from a language model that
/// reads captions and boxes, here they are derived from the same two.
///
/// @param form  `conversation`, `description` or `reasoning`
/// @param turns in order; the picture belongs to the first
public record Conversation(String form, List<Turn> turns) {
    public Conversation {
        turns = List.copyOf(turns);
    }

    /// @param question what the person says
    /// @param answer      what a model should say
    public record Turn(String question, String answer) {
    }
}
