package org.diptych.engine.api;

import java.util.BitSet;

/// What hiding words needs to know of a vocabulary.
///
/// @param mask  id of the mask token
/// @param first first id of an ordinary word
/// @param last  id after the last ordinary word; special tokens may stand before `first` and from here on
/// @param inner ids of pieces that go on with the word of the piece before them
public record Lexicon(int mask, int first, int last, BitSet inner) {
    /// A vocabulary in which each piece is a word.
    public Lexicon(int mask, int first, int last) {
        this(mask, first, last, new BitSet());
    }
}
