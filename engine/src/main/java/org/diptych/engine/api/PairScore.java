package org.diptych.engine.api;

/// How well a picture and a text go together, as one of two numbers. A model may have weights for both.
public enum PairScore {
    /// Picture and text are turned into vectors apart from each other, which are then compared: N + M passes for N pictures and M texts.
    SIMILARITY,
    /// Picture and text are read together, and a head says how probable it is that they belong together: N times M passes.
    MATCH
}
