package org.diptych.engine.data.toybox;

import java.util.List;

/// A sentence about a scene, and where in it each thing is named.
///
/// @param text     what it says
/// @param mentions which characters name which thing
public record Caption(String text, List<Mention> mentions) {
    public Caption {
        mentions = List.copyOf(mentions);
    }

    /// @param thing index into the scene's objects
    /// @param start first character of its colour and kind
    /// @param end   character after the last
    public record Mention(int thing, int start, int end) {
    }
}
