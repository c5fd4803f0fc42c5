package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;

/// Curves of runs as a file. The file's ending says which: `.svg` and `.png` drawings, `.csv` a table; any other path is a folder that gets one TensorBoard
/// event file a run.
///
/// @param runs      folders of runs, or names of runs in the store
/// @param values    names in the logs; empty = all of them (in drawings those of [#usual])
/// @param smoothing of the drawn lines, 0 to 0.99; tables hold the values as they are
/// @param logValues logarithmic value axis
/// @param logSteps  logarithmic step axis
/// @param clip      leaves outliers outside of the drawing
/// @param dark      drawing on a dark ground
/// @param out       file or folder
public record CurvesRequest(List<String> runs, List<String> values, double smoothing, boolean logValues,
        boolean logSteps, boolean clip, boolean dark, Path out) {
    public CurvesRequest {
        runs = List.copyOf(runs);
        values = List.copyOf(values);
    }

    /// @return what is drawn when nothing is asked for
    public static List<String> usual() {
        return List.of("loss", "validation.loss", "validation.r1", "rate", "grad_norm");
    }

    /// @return the command that does the same
    public String commandLine() {
        StringBuilder line = new StringBuilder("diptych curves");
        runs.forEach(r -> line.append(" --run ").append(CommandLine.quote(r)));
        values.forEach(v -> line.append(" --value ").append(CommandLine.quote(v)));
        line.append(smoothing > 0 ? " --smoothing " + smoothing : "").append(logValues ? " --log" : "")
                .append(logSteps ? " --log-steps" : "").append(clip ? " --clip" : "").append(dark ? " --dark" : "");
        return line.append(" --out ").append(CommandLine.quote(out.toString())).toString();
    }
}
