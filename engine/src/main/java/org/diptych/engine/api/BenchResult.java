package org.diptych.engine.api;

import java.util.List;

/// @param rows the figures, in the order they were measured
public record BenchResult(List<Row> rows) {
    /// @param name   what was measured
    /// @param median of the runs
    /// @param least  smallest
    /// @param most   largest
    /// @param unit   `ms`, `x` (a ratio), `MB`, `arrays`
    public record Row(String name, double median, double least, double most, String unit) {
    }
}
