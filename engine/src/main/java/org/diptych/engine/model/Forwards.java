package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;

/// Counts forward passes through stacks of layers; a part of a stack counts as that part. It hears nothing else, so fused kernels may run.
public final class Forwards implements Probe {
    private Map<String, Double> stacks = new LinkedHashMap<>();

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
        stacks.merge(stream, share, Double::sum);
    }

    /// @return stack -> passes through it since the last call, in the order of their first
    public Map<String, Double> take() {
        Map<String, Double> taken = stacks;
        stacks = new LinkedHashMap<>();
        return taken;
    }
}
