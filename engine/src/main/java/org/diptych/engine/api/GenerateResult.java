package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;

/// What a model wrote.
///
/// @param text    without special tokens, and without the text that stopped it
/// @param prompt  as the model read it, empty where it began from the picture alone
/// @param view    the part of the picture that it saw, in the picture's pixels
/// @param grid    its patches
/// @param words   in order
/// @param reason  why the text ends
/// @param score   of a beam search: sum of logarithms over a power of the length; else 0
/// @param seconds from the prompt to the last word
/// @param notes   what a person should know: that the model's places were used up, that a prompt was cut
public record GenerateResult(String text, Optional<Tokens> prompt, Optional<Box> view, Optional<Axis.Patches> grid,
        List<Word> words, Reason reason, double score, double seconds, List<Message> notes) {
    /// What a model goes on from.
    ///
    /// @param prompt as it read it, empty where it began from the picture alone
    /// @param view   the part of the picture that it sees, in the picture's pixels
    /// @param grid   its patches
    /// @param place  the token of the prompt in whose place the picture is read, where it has one; gazes leave it out
    public record Read(Optional<Tokens> prompt, Optional<Box> view, Optional<Axis.Patches> grid,
            Optional<Integer> place) {
    }

    /// Why a text ends.
    public enum Reason {
        /// The model said its end.
        END,
        /// A text that was to stop it.
        STOP,
        /// The greatest length was reached.
        LENGTH,
        /// The model's places are used up.
        CONTEXT
    }

    /// One written word or piece of one. Probabilities are the model's own, before any penalty, temperature or cut.
    ///
    /// @param id           row of the word table
    /// @param string       as a person reads it
    /// @param text         of all words up to this one
    /// @param probability  of it
    /// @param alternatives the likeliest, likeliest first
    /// @param gazes        where the model looked when it chose it, one entry a site
    public record Word(long id, String string, String text, double probability, List<Alternative> alternatives,
            List<Gaze> gazes) {
    }

    public record Alternative(long id, String string, double probability) {
    }

    /// Attention of one place to all before it, the mean over heads.
    ///
    /// @param site    name of the attention site
    /// @param picture `[layer][patch]`, row by row; empty when the site does not look at the picture
    /// @param prompt  `[layer][token]` in the order of the prompt's tokens, a picture's place left out; empty when it does not look at words
    /// @param written `[layer][word]` to the words written before
    /// @param through name of the cross-attention by which what the place looked at has itself looked at the picture, whose product with the place's own attention `picture` then is; empty where the
    ///                place looks at the patches themselves, or at nothing of the picture
    public record Gaze(String site, float[][] picture, float[][] prompt, float[][] written, String through) {
    }

    public GenerateResult {
        words = List.copyOf(words);
        notes = List.copyOf(notes);
    }
}
