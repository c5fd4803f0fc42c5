package org.diptych.engine.model;

import ai.djl.ndarray.NDManager;

/// Can begin from nothing.
public interface Initialises {
    /// Sets every weight to the values its paper starts training from.
    ///
    /// @param scope owns them
    /// @param seed  the same seed, the same weights on every machine
    void initialise(NDManager scope, long seed);

    /// Brings what mirrors other weights in line with them, after some were set from elsewhere.
    default void settle() {
    }
}
