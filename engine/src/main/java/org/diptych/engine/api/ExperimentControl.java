package org.diptych.engine.api;

import java.util.List;

/// An experiment that is under way. Cancelling its job stops the present run at its next step and saves it, so that the same request goes on from there.
public interface ExperimentControl {
    JobHandle<ExperimentResult> job();

    /// @return the runs that are there so far, in the order of their beginning; the last may be going on
    List<Run> runs();

    /// @return what is measured so far
    ExperimentResult result();

    /// @param arm of the experiment
    /// @param log grows while the run goes on
    record Run(String arm, RunLog log) {
    }
}
