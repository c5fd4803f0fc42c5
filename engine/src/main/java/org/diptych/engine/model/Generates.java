package org.diptych.engine.model;

/// Can write: it reads a prompt and a picture once, then gives the next word's logits one step at a time. How words are chosen from them (greedy, beams,
/// sampling) is nobody's business here: the decoding loop exists once, in `engine.generate`.
public interface Generates {
    /// What the decoding loop must know of the vocabulary.
    ///
    /// @param start  what a text begins with where no prompt is given
    /// @param end    ends a text
    /// @param pad    follows the end in a finished row
    /// @param length ids that a text may have at most, the prompt included
    record Ends(long start, long end, long pad, int length) {
    }

    /// Whose beam search a model was published with.
    enum Search {
        /// Hugging Face transformers 4.41 `BeamSearchScorer`: 2K candidates, K finished texts, scores over the new ids with the end.
        TRANSFORMERS,
        /// microsoft/unilm `beit3/engine_for_finetuning.py`: 3K candidates, one finished text, scores over the whole text and one place more, everything closes
        /// one place before the limit.
        UNILM
    }

    Ends ends();

    /// @return false for ids that the table holds but no text does: an image's place holder, rows that only fill the table up
    default boolean writes(long id) {
        return true;
    }

    default Search search() {
        return Search.TRANSFORMERS;
    }

    /// Reads what is to be gone on from.
    ///
    /// @param inputs with `input_ids` (B, T) of the prompt where there is one, and the picture's side; prompts of different lengths are padded as the
    ///               model's reference pads them
    /// @param rows   texts written at once for each sample: 1, or the number of beams
    /// @param cached false computes everything anew at every step, which must answer the same
    /// @return R = B * rows texts, the rows of one sample side by side
    Writing begin(Pass pass, Inputs inputs, int rows, boolean cached);
}
