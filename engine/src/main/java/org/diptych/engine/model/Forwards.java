package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;

/// Counts forward passes through stacks of layers; a part of a stack counts as that part. It hears nothing else, so fused kernels may run.
public final class Forwards implements Probe {
    private double count;

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
        // only runs are counted
    }

    @Override
    public void value(String name, NDArray value) {
        // only runs are counted
    }

    @Override
    public void ran(String stream, double share) {
        count += share;
    }

    /// @return passes since the last call
    public double take() {
        double taken = count;
        count = 0;
        return taken;
    }
}
