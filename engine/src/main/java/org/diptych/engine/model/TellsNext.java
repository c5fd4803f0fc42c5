package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// Tells which word comes next in one forward, so that a map can show what that word rests on.
public interface TellsNext {
    /// @param inputs with the text so far and its picture
    /// @return (B, V) logits of the word behind each text
    NDArray nextLogits(Pass pass, Inputs inputs);
}
