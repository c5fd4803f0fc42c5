package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.api.Spread;
import org.diptych.engine.kernel.HistogramKernel;

/// Counts numbers part by part; each tensor is reduced to its bins where it lies. Lane thread only.
final class Spreads {
    private Spreads() {
    }

    /// @param near    a scalar on the same device
    /// @param tensors weights' names -> numbers
    /// @return part -> bins
    static Map<String, Spread.Bins> of(NDArray near, Spread.Scale scale, Map<String, NDArray> tensors) {
        HistogramKernel kernel = new HistogramKernel(scale.bins(), scale.low(), scale.width());
        Map<String, Spread.Bins> out = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            HistogramKernel.Counts c = kernel.count(near, tensor);
            out.merge(Outline.part(name), new Spread.Bins(Arrays.stream(c.counts()).boxed().toList(), c.least(),
                    c.most(), c.sum(), c.squares()), Spread.Bins::and);
        });
        return out;
    }
}
