package org.diptych.engine.data.toybox;

/// How one thing of a scene stands to another: true as written, first to second.
///
/// @param first    index into the scene's objects
/// @param relation `left of`, `right of`, `above`, `below` or `bigger than`
/// @param second   index into the scene's objects
public record Fact(int first, String relation, int second) {
}
