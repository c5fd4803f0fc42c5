package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A batch of samples as tensors, under the reference's own names: `input_ids` (B, T) int64, `attention_mask` (B, T) int64, `pixel_values` (B, 3, H, W) ...
///
/// @param tensors name -> tensor; a name is absent when the samples lack that side
/// @param samples what they were made of, in batch order
public record Inputs(Map<String, NDArray> tensors, List<Encoded> samples) {
    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    public NDArray get(String name) {
        NDArray array = tensors.get(name);
        if (array == null) {
            throw new IllegalArgumentException("no " + name + " among " + tensors.keySet());
        }
        return array;
    }

    /// @return these with others added or put in their place
    public Inputs with(Map<String, NDArray> more) {
        Map<String, NDArray> all = new HashMap<>(tensors);
        all.putAll(more);
        return new Inputs(all, samples);
    }
}
