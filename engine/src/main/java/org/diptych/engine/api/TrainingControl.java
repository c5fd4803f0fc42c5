package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

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

    /// @return why [#targets] has nothing to tell of this run; nothing when it has
    Optional<Message> noTargets();

    /// Looks at what the next step aims at, by the weights of this moment. It costs about a forward pass of the run.
    ///
    /// @param pair number in the next step's batch, from 0; the first whose caption was made wrong, else the first, when left out or too large
    JobHandle<Targets> targets(OptionalInt pair);

    /// Draws the batch of a step again and judges each of its pairs by the weights of this moment; it costs a forward pass, or one for each pair.
    ///
    /// @param step from 1 to the one after the last that was done; an [EngineException] tells of a step that was not drawn by this run
    JobHandle<StepPairs> batch(int step);

    /// Looks where the weights of this moment look in a pair of the training set.
    ///
    /// @param index   number in the data set
    /// @param caption to look with
    /// @return the map of the whole caption, then those of its words, in the pixels of the picture that [#batch] shows; empty for a model that offers none
    JobHandle<List<Moment.Sight>> sights(int index, String caption);

    /// @return why captions cannot be corrected; nothing when they can
    Optional<Message> noRecaption();

    /// Learns another caption of an example from the next step on. It is written into the run's folder first, so a run that is killed and taken up again learns the same at the same step.
    ///
    /// @param index   number in the data set
    /// @param caption the data set's own one takes a correction back
    /// @return the first step that learns from it
    JobHandle<Integer> recaption(int index, String caption);

    /// Puts an example once into the next step's batch, in the place of the last that is drawn for it, whose turn comes in the next epoch; its partner goes with it where examples belong together.
    /// When half of that batch is taken already, it is the next one's.
    ///
    /// @return the step that learns from it
    JobHandle<Integer> requeue(int index);

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
