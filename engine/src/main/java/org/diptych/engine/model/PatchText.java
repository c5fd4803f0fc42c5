package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// Can hold each patch of a picture against a text in one shared space.
public interface PatchText {
    /// @param inputs with `pixel_values` and `input_ids`, B pairs
    /// @return (B, rows * cols) cosines
    NDArray patchText(Pass pass, Inputs inputs);
}
