package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// Can turn a text into one vector.
public interface EncodesText {
    /// @param inputs with `input_ids`
    /// @return (B, D) of unit length
    NDArray encodeText(Pass pass, Inputs inputs);
}
