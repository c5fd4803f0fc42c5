package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// A tokenizer of pictures: which code of its book each patch has.
public interface PictureCodes {
    /// Name under which [Lessons#inputs] finds the codes that a file tells, int64 (B, N), in what it is given as the step's examples.
    String NAME = "picture_codes";

    /// Runs on the lane.
    ///
    /// @param pixels (B, 3, H, W) as the model that is taught reads them
    /// @return int64 (B, N), row by row
    NDArray of(NDArray pixels);
}
