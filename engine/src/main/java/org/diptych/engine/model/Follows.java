package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import java.util.Set;

/// Has weights that no gradient moves but every training step does: a copy that follows the model, a queue of what the last batches gave. Who trains keeps them with what learns,
/// writes them into its checkpoints, and puts them back afterwards.
public interface Follows {
    /// @return names of these weights
    Set<String> followers();

    /// What they become by the step whose losses were computed last with [Pass#training]; forgotten by this call.
    ///
    /// @return name -> value, in the scope of that step
    Map<String, NDArray> followed();

    /// @param stack name of a stack of layers, as [Probe#ran] tells it
    /// @return true for one of the copy
    default boolean follows(String stack) {
        return followers().stream().anyMatch(name -> name.startsWith(stack + "."));
    }
}
