package org.diptych.app.chart;

import java.util.List;
import org.diptych.engine.api.CurvesRequest;

/// Which curves are drawn, and how.
///
/// @param values    names in the logs
/// @param smoothing 0 to 0.98
/// @param logValues logarithmic value axis
/// @param logSteps  logarithmic step axis
/// @param clip      leaves outliers outside of the drawing
public record CurveChoice(List<String> values, double smoothing, boolean logValues, boolean logSteps, boolean clip) {
    private static final double MOST = 0.98;

    /// What was read from a file may lack its list, or have a number beyond its bounds.
    public CurveChoice {
        values = values == null ? List.of() : List.copyOf(values);
        smoothing = smoothing >= 0 ? Math.min(MOST, smoothing) : 0;
    }

    public static CurveChoice usual() {
        return new CurveChoice(List.of("loss", "validation.loss"), 0.6, false, false, false);
    }

    public CurveChoice withValues(List<String> next) {
        return new CurveChoice(next, smoothing, logValues, logSteps, clip);
    }

    /// @return how the same curves are written to a file
    public CurvesRequest request(List<String> runs, boolean dark, java.nio.file.Path out) {
        return new CurvesRequest(runs, values, smoothing, logValues, logSteps, clip, dark, out);
    }
}
