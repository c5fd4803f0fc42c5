package org.diptych.engine.api;

import java.util.List;

/// A text as one model reads it.
///
/// @param text      the text as the person wrote it
/// @param tokens    specials included, padding excluded
/// @param truncated true when the text was longer than the model's context and its end was left out
public record Tokens(String text, List<Token> tokens, boolean truncated) {
    public Tokens {
        tokens = List.copyOf(tokens);
    }

    /// @param id      row of the embedding table
    /// @param string  readable form, without word-end marks
    /// @param start   first character in [Tokens#text()], -1 for a special token
    /// @param end     character after the last, -1 for a special token
    /// @param segment 0, or 1 for the second text of a pair
    public record Token(int id, String string, int start, int end, int segment) {
        public boolean special() {
            return start < 0;
        }
    }

    public int size() {
        return tokens.size();
    }

    public long[] ids() {
        return tokens.stream().mapToLong(Token::id).toArray();
    }
}
