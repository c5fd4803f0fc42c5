package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// A fine-tuning run that is under way: what a person may do to it. Commands take effect between two steps.
public interface TrainingControl extends RunPairs {
    JobHandle<RunSummary> job();

    /// @return handle of the model as it stands at this moment: `inspect`, `contrast` and `relevance` take it like any loaded model's
    String model();

    RunSummary.Status status();

    void pause();

    /// Goes on until it ends or somebody pauses it.
    void resume();

    /// Goes on for so many steps, then waits again, after the evaluation and the moment that are due at the last of them.
    ///
    /// @param steps at least 1
    void resume(int steps);

    /// Ends the run after the present step; its weights stay until [#keep] or [#restore].
    void stop();

    /// @param rate new peak learning rate; the schedule's shape stays
    void setRate(double rate);

    /// @return what the next step learns by
    Terms terms();

    /// Learns by something else from the next step on. It is written into the run's folder first, so a run that is killed and taken up again learns by the same at the same step; the log tells it as an
    /// event. In a plan of several stages, rate and objectives hold until the present one ends.
    ///
    /// @return the first step that learns so; an [EngineException] where the batch is larger than the data, an objective does not fit model or data, or none is left
    JobHandle<Integer> change(Terms next);

    /// @return why [#targets] has nothing to tell of this run; nothing when it has
    Optional<Message> noTargets();

    /// Looks at what the next step aims at, by the weights of this moment. It costs about a forward pass of the run.
    ///
    /// @param pair number in the next step's batch, from 0; the first whose caption was made wrong, else the first, when left out or too large
    JobHandle<Targets> targets(OptionalInt pair);

    /// @return what the run kept of its way so far
    Moments moments();

    /// @return why the run keeps no moments, or no more of them; nothing when it does
    Optional<Message> noMoments();

    /// @return places in the probe set of the pairs that moments watch
    List<Integer> pinned();

    /// Watches other pairs from the next moment on.
    ///
    /// @return the pairs that are watched then
    JobHandle<List<Integer>> pin(List<Integer> pairs);

    /// Writes the weights of this moment as an ordinary Hugging Face folder.
    ///
    /// @return the folder written
    default JobHandle<Path> keep(Path folder) {
        return keep(folder, false);
    }

    /// @param half true for 16-bit floats (fp16), half the size; what is opened again is widened
    JobHandle<Path> keep(Path folder, boolean half);

    /// Drops what was learnt: the base weights are as they were before.
    JobHandle<Path> restore();
}
