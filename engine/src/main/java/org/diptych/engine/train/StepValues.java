package org.diptych.engine.train;

import java.util.LinkedHashMap;
import java.util.Map;

/// What a step's micro-batches tell, as the one row that the log shows: what is spent adds up, what is held counts by its largest.
final class StepValues {
    private final Map<String, Double> values = new LinkedHashMap<>();

    void set(String name, double value) {
        values.put(name, value);
    }

    void set(Map<String, Double> all) {
        values.putAll(all);
    }

    void add(String name, double value) {
        values.merge(name, value, Double::sum);
    }

    void most(String name, double value) {
        values.merge(name, value, Math::max);
    }

    double get(String name) {
        return values.get(name);
    }

    Map<String, Double> all() {
        return values;
    }
}
