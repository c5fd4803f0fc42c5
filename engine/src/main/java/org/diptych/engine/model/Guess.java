package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// What a model says to lessons, and what would have been right.
///
/// @param logits (..., C)
/// @param labels int64 (...), below 0 where nothing is asked
public record Guess(NDArray logits, NDArray labels) {
}
