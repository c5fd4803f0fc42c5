package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.List;

/// Tells how likely a text is as the answer to a question, so that it can choose among any answers it is given. Its own list, where it has one, lies beside its
/// weights.
public interface RanksAnswers extends Answers {
    /// @param inputs  with the question as `input_ids` and the picture
    /// @param answers A texts
    /// @return (B, A) larger for the better, so that a softmax gives what the reference ranks by; −∞ for those whose first word is not among the likeliest
    NDArray answerScores(Pass pass, Inputs inputs, List<String> answers);

    /// What a map of one answer explains.
    ///
    /// @param inputs of one question
    /// @return () log-likelihood of the whole answer
    NDArray answerLikelihood(Pass pass, Inputs inputs, String answer);

    @Override
    default NDArray answerLogits(Pass pass, Inputs inputs) {
        return answerScores(pass, inputs, answers());
    }
}
