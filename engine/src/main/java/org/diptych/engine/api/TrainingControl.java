package org.diptych.engine.api;

import java.nio.file.Path;

/// A fine-tuning run that is under way: what a person may do to it. Commands take effect between two steps.
public interface TrainingControl {
    JobHandle<RunSummary> job();

    RunLog log();

    /// @return handle of the model as it stands at this moment: `inspect`, `contrast` and `relevance` take it like any loaded model's
    String model();

    RunSummary.Status status();

    void pause();

    void resume();

    /// Ends the run after the present step; its weights stay until [#keep] or [#restore].
    void stop();

    /// @param rate new peak learning rate; the schedule's shape stays
    void setRate(double rate);

    /// Writes the weights of this moment as an ordinary Hugging Face folder.
    ///
    /// @return the folder written
    JobHandle<Path> keep(Path folder);

    /// Drops what was learnt: the base weights are as they were before.
    JobHandle<Path> restore();
}
