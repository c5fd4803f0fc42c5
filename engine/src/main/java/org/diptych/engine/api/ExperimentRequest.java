package org.diptych.engine.api;

import java.nio.file.Path;

/// Carries an experiment out. What a former such work has finished in the same folder is not done again.
///
/// @param experiment what is asked
/// @param named      how a command names it: its id, or its file
/// @param out        folder of its runs and of `result.json`
/// @param steps      of an arm that says nothing else
/// @param seeds      how often each arm is run
public record ExperimentRequest(Experiment experiment, String named, Path out, int steps, int seeds) {

    /// @return the command that does the same
    public String commandLine() {
        return "diptych experiment " + CommandLine.quote(named) + " --out " + CommandLine.quote(out.toString())
                + " --steps " + steps + " --seeds " + seeds;
    }
}
