package org.diptych.engine.work;

/// Who goes first on the lane: a person who waits, then the next training step, then bulk work.
public enum Priority {
    INTERACTIVE, STEP, BULK
}
