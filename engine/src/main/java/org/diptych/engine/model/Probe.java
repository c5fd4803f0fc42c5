package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// Listens to a forward pass. Every model reports the same kinds of points under its streams' names, so that one map from a reference's tensor names to
/// points, and one view, serve all models.
public interface Probe {
    /// Hears nothing; only with this one may fused kernels run, since they never form the attention weights.
    Probe NONE = new Probe() {
        @Override
        public boolean listens() {
            return false;
        }

        @Override
        public NDArray attention(String site, int layer, NDArray weights) {
            return weights;
        }

        @Override
        public void hidden(String stream, int index, NDArray state) {
            // nothing listens
        }

        @Override
        public void value(String name, NDArray value) {
            // nothing listens
        }
    };

    default boolean listens() {
        return true;
    }

    /// What the model is busy with from now on. A probe that only keeps the time does not listen, so that the fused kernels run.
    default void phase(Phase phase) {
        // most probes do not ask for the time
    }

    /// @param site    an attention site's name, `text`, `vision`, `fusion.cross` ...
    /// @param layer   from 0
    /// @param weights (B, H, Q, K) after the softmax, before dropout
    /// @return the weights to go on with: the same, or the same with something added that catches their gradient
    NDArray attention(String site, int layer, NDArray weights);

    /// @param stream as the site's name
    /// @param index  0 for the embeddings, i for the output of layer i - 1
    /// @param state  (B, T, D)
    void hidden(String stream, int index, NDArray state);

    /// Any other named point: `text.pooled`, `image_embeds`, `logits_per_image` ...
    void value(String name, NDArray value);

    /// A stack of layers ran; told on the fused path too, and to those who do not listen.
    ///
    /// @param stream as the site's name
    /// @param share  of the stack's layers
    default void ran(String stream, double share) {
    }
}
