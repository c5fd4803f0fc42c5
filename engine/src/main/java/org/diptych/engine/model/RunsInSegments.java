package org.diptych.engine.model;

/// A module whose layers run as [Segments], so that a model that has it can be taught with gradient checkpointing.
public interface RunsInSegments {
    /// @return true when some of the model's layers do
    static boolean in(Module model) {
        return model.modules().values().stream().anyMatch(RunsInSegments.class::isInstance);
    }
}
