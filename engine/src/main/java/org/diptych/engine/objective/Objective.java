package org.diptych.engine.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.VisionLanguageModel;

/// A loss over a batch, in two halves: [#prepare] makes plain lessons of examples on ordinary threads, all the rest runs on the lane.
public interface Objective {
    /// @return its name in plans
    String name();

    /// @return true when the model can be trained with it
    boolean fits(VisionLanguageModel model);

    /// @param model that it fits
    /// @throws EngineException when this very model lacks something that the objective needs
    default void check(VisionLanguageModel model) throws EngineException {
    }

    /// Runs on any thread.
    ///
    /// @param alpha share of what a following copy says in the targets
    /// @throws EngineException when the examples lack what the objective asks for
    default Lesson.Course prepare(Drawn drawn, double alpha) throws EngineException {
        return new Lesson.Course(List.of(), alpha, drawn.step());
    }

    /// @param base the step's examples as they are; the same object for all objectives of a step
    /// @return what [#loss] reads
    default Inputs inputs(VisionLanguageModel model, Lesson.Course course, Inputs base, NDManager manager) {
        return base;
    }

    /// Runs the model. Called while a gradient is being recorded, or not, for validation.
    LossTerms loss(VisionLanguageModel model, Pass pass, Inputs batch);

    /// @return over how many things its loss over these lessons is a mean
    default long asked(Lesson.Course course) {
        return course.lessons().size();
    }

    /// @return what the model says, where that is right or wrong
    default Optional<Guess> guess(VisionLanguageModel model, Inputs batch) {
        return Optional.empty();
    }

    /// @return (n, F) features told of the batch's hidden regions, picture by picture, where it asks for them
    default Optional<NDArray> features(VisionLanguageModel model, Inputs batch) {
        return Optional.empty();
    }

    /// @return (B, N) above 0 where a patch is hidden, where patches are
    default Optional<NDArray> hiddenPatches(VisionLanguageModel model, Inputs batch) {
        return Optional.empty();
    }

    /// @return (B, N, T) how much of each region or patch goes to each token, where they are aligned
    default Optional<NDArray> plan(VisionLanguageModel model, Inputs batch) {
        return Optional.empty();
    }

    /// @return true when the loss compares the examples of a batch with each other
    default boolean compares(VisionLanguageModel model) {
        return false;
    }

    /// Brings weights back into their allowed range after an optimiser step.
    default void afterStep(VisionLanguageModel model) {
    }

    /// The objective of a plan's name for a model that learns it.
    ///
    /// @param scope owns what it reads from files: a tokenizer of pictures
    /// @throws EngineException for a name that no objective has, one that does not fit the model, or a file that tells it nothing
    static Objective of(String name, VisionLanguageModel model, FineTunePlan plan, NDManager scope)
            throws EngineException {
        boolean two = plan.allObjectives().containsKey(Task.NEXT_SENTENCE.plan());
        Task task = task(name);
        FineTunePlan.Lessons how = plan.lessons();
        boolean coded = (task == Task.MASKED_PATCHES || task == Task.PATCHES_ALONE) && !how.codes().isBlank()
                && model instanceof Taught taught && taught.lessons().tasks().containsKey(task);
        if (!coded) {
            return of(task, Preparation.of(task, how, plan.data().hardNegatives(), two), model, how);
        }
        Path file = Path.of(how.codes());
        if (CodeTable.is(file)) {
            MaskedPatches told = new MaskedPatches(task, how, Optional.of(CodeTable.read(file, model, task)));
            return first(List.of(new Teaching(task, told, how)), task, model);
        }
        return first(List.of(new Teaching(task, new MaskedPatches(task, how), how,
                Optional.of(((Taught) model).lessons().codes(file, scope)))), task, model);
    }

    /// The objective of a task by itself, where no plan says what else is learnt: texts are single sentences, and wrong partners are other examples' texts.
    ///
    /// @throws EngineException for a task that does not fit the model
    static Objective of(Task task, VisionLanguageModel model, FineTunePlan.Lessons how) throws EngineException {
        return of(task, Preparation.of(task, how, 0, false), model, how);
    }

    private static Objective of(Task task, Preparation preparation, VisionLanguageModel model,
            FineTunePlan.Lessons how) throws EngineException {
        return first(List.of(new Teaching(task, preparation, how), new Contrastive()), task, model); // a model's own contrast comes first
    }

    /// @return the first of them that is of the task and fits
    private static Objective first(List<Objective> among, Task task, VisionLanguageModel model)
            throws EngineException {
        for (Objective objective : among) {
            if (objective.name().equals(task.plan()) && objective.fits(model)) {
                objective.check(model);
                return objective;
            }
        }
        throw new EngineException("train.fit", model.family(), task.plan(),
                String.join(", ", tasks(model).stream().map(Task::plan).toList()));
    }

    /// @throws EngineException for a name that no objective has; it lists those that exist
    static Task task(String name) throws EngineException {
        return Task.named(name)
                .orElseThrow(() -> new EngineException("train.objective", name, String.join(", ", Task.names())));
    }

    /// @return what the model can be taught, the usual first
    static List<Task> tasks(VisionLanguageModel model) {
        List<Task> out = new ArrayList<>();
        if (new Contrastive().fits(model)) {
            out.add(Task.CONTRAST);
        }
        if (model instanceof Taught taught) {
            taught.lessons().tasks().keySet().stream().filter(t -> !out.contains(t)).forEach(out::add);
        }
        return out;
    }
}
