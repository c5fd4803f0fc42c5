package org.diptych.engine.api;

import java.util.List;

/// @param marks the figures, in the order to show them
public record EvaluateResult(String data, List<Mark> marks) {
    /// @param name   metric, as `toybox.r1.image_to_text`
    /// @param value  reached
    /// @param wanted least value wanted, or the most; NaN when it is only reported
    /// @param most   true when the value may be as large as wanted at most
    /// @param count  over how many cases
    public record Mark(String name, double value, double wanted, boolean most, int count) {
        public boolean met() {
            return Double.isNaN(wanted) || (most ? value <= wanted : value >= wanted);
        }
    }
}
