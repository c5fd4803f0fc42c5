package org.diptych.engine.model;

import ai.djl.ndarray.NDList;
import java.util.function.UnaryOperator;

/// Runs pieces of a forward pass, a transformer layer say, so that what lies between a piece's inputs and its outputs need not be held for the way back: it is computed a second time there (gradient
/// checkpointing; Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
public interface Segments {
    /// Every piece is part of the one graph that is recorded.
    Segments NONE = new Segments() {
        @Override
        public boolean cuts() {
            return false;
        }

        @Override
        public NDList run(Module learns, UnaryOperator<NDList> piece, NDList inputs) {
            return piece.apply(inputs);
        }
    };

    /// @return false where pieces are not cut out, so that several may as well run as one
    default boolean cuts() {
        return true;
    }

    /// @param learns holds every weight that the piece uses
    /// @param piece  inputs -> outputs; it may be called again, with other arrays of the same values, and has to compute the same both times. Whatever it uses beside inputs and weights carries no gradient
    /// @param inputs all that a gradient may pass through; results are attached to the first one's scope
    /// @return what the piece gives
    NDList run(Module learns, UnaryOperator<NDList> piece, NDList inputs);
}
