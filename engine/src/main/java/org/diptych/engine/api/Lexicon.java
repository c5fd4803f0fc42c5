package org.diptych.engine.api;

/// What hiding words needs to know of a vocabulary.
///
/// @param mask  id of the mask token
/// @param first first id of an ordinary word
/// @param last  id after the last ordinary word; special tokens may stand before `first` and from here on
public record Lexicon(int mask, int first, int last) {
}
