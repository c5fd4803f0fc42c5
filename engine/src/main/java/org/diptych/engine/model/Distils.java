package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.Task;

/// Learns from targets in which the copy that follows it has a say (Li et al. 2021, section 3.3): a part of each target is the label, the rest what the copy thinks.
public interface Distils extends Follows {
    /// How the targets of one task look, row by row, as its loss reads them.
    ///
    /// @param model  (R, C) what the model thinks, probabilities
    /// @param copy   (R, C) what the copy thinks, probabilities
    /// @param target (R, C) what the model is to think
    /// @param labels (R) class that the label names
    record Soft(NDArray model, NDArray copy, NDArray target, long[] labels) {
    }

    /// Where the queue of the copy's features stands.
    ///
    /// @param size    features it holds of each side
    /// @param pointer place of the next one
    record Queued(int size, int pointer) {
    }

    /// @return the tasks whose targets can be read, of those that this very file offers
    Set<Task> distilled();

    /// @return nothing for a file without a queue
    Optional<Queued> queued();

    /// The targets of a task for these inputs, without dropout, by the weights of this moment; the copy takes its step behind the model first, as it does in a step of training. Nothing
    /// is moved. Lane thread only.
    ///
    /// @param task   one of [#distilled]
    /// @param inputs as [Lessons#inputs] makes them
    /// @return of [Task#CONTRAST] the pictures against the texts of this batch and then of the queue, and the texts against the pictures; of a task that hides words one, with a row for each of
    ///         them
    List<Soft> soft(Task task, Inputs inputs);

    /// @return what the cosines of the contrast are divided by
    double temperature();
}
