package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/// Can be run on raw tensors under the reference's input names and tells every quantity that its published implementation tells. This is what golden cases
/// are compared with, and what the tensor inspector reads.
public interface Traceable {
    /// Every pass that these inputs allow. Points are named by probe convention: `[pass.]STREAM.hidden.I`, `[pass.]STREAM.attn.I`, `[pass.]NAME`.
    ///
    /// @param inputs reference input name -> tensor
    /// @return point -> tensor
    Map<String, NDArray> outputs(Map<String, NDArray> inputs);

    /// @return objective name -> scalar, differentiable when a gradient is being recorded
    Map<String, NDArray> losses(Map<String, NDArray> inputs);
}
