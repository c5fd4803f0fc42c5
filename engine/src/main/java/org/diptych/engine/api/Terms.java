package org.diptych.engine.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a run learns by, as far as a person can change it on the way.
///
/// @param rate       peak learning rate; the schedule's shape stays
/// @param batch      examples a step
/// @param objectives name -> weight, of what the model offers
public record Terms(double rate, int batch, Map<String, Double> objectives) {
    public Terms {
        objectives = Collections.unmodifiableMap(new LinkedHashMap<>(objectives)); // their order is that of the sum
    }
}
