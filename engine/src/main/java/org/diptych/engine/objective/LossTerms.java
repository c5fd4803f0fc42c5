package org.diptych.engine.objective;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/// @param total  the scalar to minimise
/// @param values further figures for the log, read at once
public record LossTerms(NDArray total, Map<String, Double> values) {
}
