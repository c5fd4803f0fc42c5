package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;

/// How a model is taught: which tasks it offers, what they need, and under which names its losses read what an objective has prepared.
public interface Lessons {
    /// @return task -> the objective of [Learns#objectives] that learns it
    Map<Task, String> tasks();

    /// @return nothing without a tokenizer, or where its vocabulary has no mask token
    Optional<Lexicon> lexicon();

    /// Puts lessons into tensors under the reference's own input names. Runs on the lane.
    ///
    /// @param course  of one step
    /// @param base    the step's examples as they are, as [VisionLanguageModel#batch] makes them; the same object for all tasks of a step
    /// @param manager owns the tensors made
    Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager);

    /// @param inputs of that task
    /// @return nothing for tasks that have no right answer, only a loss
    Optional<Guess> guess(Task task, Pass pass, Inputs inputs);

    /// @return how conversations are taught, where the model has a form for them
    default Optional<Instructs> instructs() {
        return Optional.empty();
    }

    /// @param inputs of that task
    /// @return (n, F) the features told of the hidden regions alone, picture by picture; nothing for tasks that ask for none
    default Optional<NDArray> features(Task task, Pass pass, Inputs inputs) {
        return Optional.empty();
    }

    /// @param inputs of that task
    /// @return (B, N) above 0 where a patch is hidden; nothing for tasks that hide none
    default Optional<NDArray> hiddenPatches(Task task, Inputs inputs) {
        return Optional.empty();
    }

    /// @param inputs of that task
    /// @return (B, N, T) how much of each region or patch goes to each token; nothing for tasks that align none
    default Optional<NDArray> plan(Task task, Pass pass, Inputs inputs) {
        return Optional.empty();
    }

    /// @param file  a checkpoint
    /// @param scope owns its weights
    /// @return the tokenizer of pictures in it, by whose codes hidden patches are told
    /// @throws EngineException when it is none, or its patches or codes are not the model's; always for a model that is taught no codes
    default PictureCodes codes(Path file, NDManager scope) throws EngineException {
        throw new EngineException("train.codes.none", file);
    }

    /// @return true when the task's loss compares the examples of a batch with each other
    default boolean compares(Task task) {
        return task == Task.CONTRAST;
    }

    /// How regions are hidden.
    default Hidden.Rule hiding() {
        return Hidden.Rule.ALL;
    }

    /// @return wrong texts beside the true one in a ranking
    default int rivals() {
        return 15;
    }

    /// @return classes of the task's head, where it has one
    default OptionalInt classes(Task task) {
        return OptionalInt.empty();
    }
}
