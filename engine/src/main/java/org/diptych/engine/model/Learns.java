package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/// Has training objectives of its own beyond contrast. Masks, labels and negatives are part of the batch, so that a loss is a function of its inputs alone.
public interface Learns {
    /// @return names of its objectives as plans and reference losses call them: `mlm`, `itm`, `mrfr` ...
    List<String> objectives();

    /// @param objective one of [#objectives]
    /// @param inputs    under the reference's own input names
    /// @return scalar, differentiable when a gradient is being recorded
    NDArray loss(String objective, Pass pass, Inputs inputs);
}
