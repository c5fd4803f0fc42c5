package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.diptych.engine.model.Module;
import org.diptych.engine.tower.Multiway;

/// One block twice, with weights that have nothing in common: A works on what is seen, B on what is read.
final class Both<M extends Module> extends Module {
    private final M picture;
    private final M text;

    Both(Supplier<M> block) {
        picture = child("A", block.get());
        text = child("B", block.get());
    }

    /// @return the block that works on words, or the other
    M of(boolean words) {
        return words ? text : picture;
    }

    /// @param x     (B, T, D)
    /// @param split positions from the first that are the picture's
    /// @param run   what a block does
    /// @return (B, T, E)
    NDArray apply(NDArray x, int split, BiFunction<M, NDArray, NDArray> run) {
        return Multiway.apply(x, split, seen -> run.apply(picture, seen), read -> run.apply(text, read));
    }
}
