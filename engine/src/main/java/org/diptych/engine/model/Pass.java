package org.diptych.engine.model;

/// What every typed forward is told.
///
/// @param training true when dropout is on (drawn from the engine's generator, which a run seeds anew from (seed, step) at every step)
/// @param fused    true when fused kernels may be used; they are only where the probe does not listen
/// @param probe    who listens
public record Pass(boolean training, boolean fused, Probe probe) {
    /// Inference at full speed.
    public static final Pass INFER = new Pass(false, true, Probe.NONE);
    /// Inference on the readable path.
    public static final Pass READABLE = new Pass(false, false, Probe.NONE);
    /// A training step.
    public static final Pass TRAIN = new Pass(true, true, Probe.NONE);

    public static Pass listening(Probe probe) {
        return new Pass(false, false, probe);
    }

    /// @return true when a block may take its fused kernel
    public boolean mayFuse() {
        return fused && !probe.listens();
    }
}
