package org.diptych.engine.data.toybox;

/// Words that fit one thing of a scene and no other.
///
/// @param text  `the red fish`, `the thing left of the blue cup`
/// @param thing index into the scene's objects, whose box is the answer
public record Referring(String text, int thing) {
}
