package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

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

    /// @return true when [#similarity] can be asked for: this very model can turn pictures and texts into vectors, each apart from the other
    default boolean compares() {
        return !probability() && this instanceof EncodesImage && this instanceof EncodesText;
    }

    /// @return (N, Q, D) of unit length: one vector a picture, or several of which the nearest to a text speaks for it
    default NDArray pictureVectors(Pass pass, Inputs images) {
        return ((EncodesImage) this).encodeImage(pass, images).expandDims(1);
    }

    /// @return (M, D) of unit length
    default NDArray textVectors(Pass pass, Inputs texts) {
        return ((EncodesText) this).encodeText(pass, texts);
    }

    /// What [#scorePairs] gives for two towers, also of a model that judges a match besides.
    ///
    /// @return (N, M) cosines
    default NDArray similarity(Pass pass, Inputs images, Inputs texts) {
        NDArray pictures = pictureVectors(pass, images);
        NDArray words = textVectors(pass, texts);
        pass.probe().phase(Phase.TOGETHER);
        Shape shape = pictures.getShape();
        NDArray alike = pictures.reshape(shape.get(0) * shape.get(1), shape.get(2)).matMul(words.transpose());
        return shape.get(1) == 1
                ? alike
                : alike.reshape(shape.get(0), shape.get(1), words.getShape().get(0)).max(new int[]{1});
    }

    /// @return what [#similarity] is multiplied with before a softmax
    default double similarityScale() {
        return scale();
    }
}
