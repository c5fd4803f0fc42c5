package org.diptych.engine.api;

/// One of several things a model holds for possible.
///
/// @param name        an answer or a word
/// @param probability 0 to 1
public record Guess(String name, double probability) {
}
