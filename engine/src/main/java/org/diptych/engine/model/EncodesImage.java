package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// Can turn a picture into one vector.
public interface EncodesImage {
    /// @param inputs with `pixel_values`
    /// @return (B, D) of unit length
    NDArray encodeImage(Pass pass, Inputs inputs);
}
