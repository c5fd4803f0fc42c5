package org.diptych.engine.model;

/// A module that runs as [Segments], or whose layers do: gradient checkpointing holds none of what lies within it.
public interface RunsInSegments {
}
