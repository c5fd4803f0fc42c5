package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// Can say how well pictures and texts go together.
public interface ScoresPairs {
    /// @param images with `pixel_values` of N pictures
    /// @param texts  with `input_ids` of M texts
    /// @return (N, M): cosines for two towers, match probabilities for fusion models
    NDArray scorePairs(Pass pass, Inputs images, Inputs texts);

    /// What a map explains: the logit of a match where [#scorePairs] gives its probability, since near 0 and 1 a probability has no slope.
    ///
    /// @return (N, M)
    default NDArray matchLogits(Pass pass, Inputs images, Inputs texts) {
        return scorePairs(pass, images, texts);
    }

    /// @return what the cosines are multiplied with before a softmax, 1 for probabilities
    double scale();

    /// @return true when [#scorePairs] gives probabilities of single pairs
    boolean probability();
}
