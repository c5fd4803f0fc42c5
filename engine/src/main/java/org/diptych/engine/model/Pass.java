package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;
import java.util.function.UnaryOperator;

/// What every typed forward is told.
///
/// @param training true when dropout is on (drawn from the engine's generator, which a run seeds anew from (seed, step) at every step)
/// @param fused    true when fused kernels may be used; they are only where the probe does not listen
/// @param probe    who listens
/// @param segments how layers run whose activations need not all be held
public record Pass(boolean training, boolean fused, Probe probe, Segments segments) {
    /// Inference at full speed.
    public static final Pass INFER = new Pass(false, true, Probe.NONE);
    /// Inference on the readable path.
    public static final Pass READABLE = new Pass(false, false, Probe.NONE);
    /// A training step.
    public static final Pass TRAIN = new Pass(true, true, Probe.NONE);

    /// A pass all of whose activations are held when a gradient is recorded.
    public Pass(boolean training, boolean fused, Probe probe) {
        this(training, fused, probe, Segments.NONE);
    }

    public static Pass listening(Probe probe) {
        return new Pass(false, false, probe);
    }

    /// @return true when a block may take its fused kernel
    public boolean mayFuse() {
        return fused && !probe.listens();
    }

    /// @return true when a stack is to run layer by layer, each one a segment; a probe that listens would hear them twice
    public boolean cuts() {
        return segments.cuts() && !probe.listens();
    }

    /// A layer as a segment.
    public interface Cut {
        /// @param inputs what the layers before gave, and what stands beside
        NDArray apply(NDList inputs, int layer);
    }

    /// Runs layers one after the other, each a segment, see [Segments#run].
    ///
    /// @param beside what every layer reads besides, where a gradient may pass through it
    public NDArray segments(List<? extends Module> layers, NDArray x, List<NDArray> beside, Cut cut) {
        NDArray h = x;
        for (int i = 0; i < layers.size(); i++) {
            int layer = i;
            NDList inputs = new NDList(h);
            inputs.addAll(beside);
            h = segment(layers.get(i), in -> new NDList(cut.apply(in, layer)), inputs).singletonOrThrow();
        }
        return h;
    }

    /// Runs a layer, see [Segments#run].
    public NDList segment(Module learns, UnaryOperator<NDList> piece, NDList inputs) {
        return cuts() ? segments.run(learns, piece, inputs) : piece.apply(inputs);
    }
}
