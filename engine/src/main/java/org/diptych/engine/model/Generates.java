package org.diptych.engine.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

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

    /// @param ids that were written
    /// @return them as text, special tokens left out; by their numbers for a model that came without a tokenizer
    default String text(long[] ids) {
        return Arrays.stream(ids).mapToObj(this::word).collect(Collectors.joining(" "));
    }

    /// @return one id as a person reads it
    default String word(long id) {
        return "#" + id;
    }

    /// @return texts that end an answer in the form of conversation that the model was taught in
    default List<String> stops() {
        return List.of();
    }

    /// @return true when it cannot begin from a picture alone
    default boolean needsText() {
        return false;
    }

    /// @return false when it can write of words alone
    default boolean needsPicture() {
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
