package org.diptych.engine.api;

/// A single number that a model gives a picture and a text, and that a map can explain.
public sealed interface Score {
    /// @return true for a number that says how picture and text go together
    default boolean ofPair() {
        return false;
    }

    /// How well both go together: the cosine of two towers, the match of a model that reads both at once.
    record Match() implements Score {
        @Override
        public boolean ofPair() {
            return true;
        }
    }

    /// The cosine of picture and text as two vectors, of a model whose match is read off both at once as well.
    record Similarity() implements Score {
        @Override
        public boolean ofPair() {
            return true;
        }
    }

    /// One answer of the model's closed list.
    ///
    /// @param name its name, or its number where the checkpoint names none; empty for the likeliest
    record Answer(String name) implements Score {
    }

    /// The word that a model which writes puts behind the text.
    ///
    /// @param word as the model spells it, or `#` and its number; empty for the likeliest
    record Next(String word) implements Score {
    }

    /// The word that was there, at a place that is masked; the likeliest where the text itself has a gap.
    ///
    /// @param token its place in the text as the model reads it, the summary token counted
    record Word(int token) implements Score {
    }
}
