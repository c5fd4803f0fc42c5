package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// Can say which words stand in masked places.
public interface FillsMasks {
    /// @param inputs with `input_ids`, and the picture's side where the model has one
    /// @return (B, T, V) logits of every word at every place
    NDArray wordLogits(Pass pass, Inputs inputs);
}
