package org.diptych.engine.model;

/// What a model is busy with during a forward, as ViLT's authors divide it (Kim, Son and Kim 2021, figure 2).
public enum Phase {
    /// What is done with the picture alone.
    PICTURE,
    /// What is done with the words alone.
    TEXT,
    /// What is done with both at once.
    TOGETHER
}
