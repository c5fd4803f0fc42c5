package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// Texts being written, a row each. It owns its cache; who began it closes it.
public interface Writing extends AutoCloseable {
    /// @return (R, V) logits of each row's next word
    NDArray logits();

    /// Row r becomes what row `parents[r]` was, with `tokens[r]` after it.
    ///
    /// @param parents R rows, each of the same sample as r
    /// @param tokens  R ids
    void append(int[] parents, long[] tokens);

    @Override
    void close();
}
