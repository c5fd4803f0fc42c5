package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.OptionalInt;

/// Can say which words stand in masked places.
public interface FillsMasks {
    /// @param inputs with `input_ids`, and the picture's side where the model has one
    /// @return (B, T, V) logits of every word at every place
    NDArray wordLogits(Pass pass, Inputs inputs);

    /// @return the token that stands for a masked word, empty when the checkpoint came with a tokenizer that has none, or without tokenizer
    default OptionalInt maskId() {
        return OptionalInt.empty();
    }

    /// @return the word of a token, as a person reads it
    default String word(int id) {
        return "#" + id;
    }
}
