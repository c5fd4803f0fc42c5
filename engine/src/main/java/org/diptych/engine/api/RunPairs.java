package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;

/// A run whose weights are in memory, so that the pairs of its steps can be looked at: one that is under way, or one that has ended and was opened for that.
public interface RunPairs {
    RunLog log();

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

    /// Frees what was opened only to look at a run that has ended; a run that is in memory for itself stays there.
    default void leave() {
    }
}
