package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/// Can choose an answer to a question from a closed list.
public interface Answers {
    /// @param inputs with the question as `input_ids` and the picture
    /// @return (B, A) logits
    NDArray answerLogits(Pass pass, Inputs inputs);

    /// @return A names, or empty when the checkpoint does not name them
    List<String> answers();

    /// From now on the answers are these, for the model is taught a list of them; where its head has more classes, those beyond keep their names. They are part of what is kept.
    void answers(List<String> names);
}
