package org.diptych.engine.model;

/// Can be taught any of its objectives from examples.
public interface Taught extends Learns {
    Lessons lessons();
}
