package org.diptych.engine.data.toybox;

/// A caption that is wrong in one word.
///
/// @param changed `kind`, `colour`, `size` or `relation`
public record Negative(String text, String changed) {
}
