package org.diptych.engine.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.PictureCodes;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.VisionLanguageModel;

/// A task that the model itself has the loss of.
///
/// @param preparation of lessons
/// @param how         the plan's settings
/// @param codes       tells the codes of patches, where a file does
record Teaching(Task task, Preparation preparation, FineTunePlan.Lessons how,
        Optional<PictureCodes> codes) implements Objective {
    Teaching(Task task, Preparation preparation, FineTunePlan.Lessons how) {
        this(task, preparation, how, Optional.empty());
    }

    @Override
    public String name() {
        return task.plan();
    }

    @Override
    public boolean fits(VisionLanguageModel model) {
        return model instanceof Taught taught && taught.lessons().tasks().containsKey(task);
    }

    @Override
    public void check(VisionLanguageModel model) throws EngineException {
        boolean hides = task == Task.MASKED_WORDS || task == Task.WORDS_ALONE || how.joint();
        if (hides && ((Taught) model).lessons().lexicon().isEmpty()) {
            throw new EngineException("train.mask", model.family());
        }
    }

    @Override
    public Lesson.Course prepare(Drawn drawn, double alpha) throws EngineException {
        return new Lesson.Course(preparation.of(drawn), alpha, drawn.step());
    }

    @Override
    public Inputs inputs(VisionLanguageModel model, Lesson.Course course, Inputs base, NDManager manager) {
        return ((Taught) model).lessons().inputs(task, course, coded(course, base, manager), manager);
    }

    /// @return the examples with the codes of their patches, where a file tells them
    private Inputs coded(Lesson.Course course, Inputs base, NDManager manager) {
        if (codes.isPresent()) {
            return base.with(Map.of(PictureCodes.NAME, codes.get().of(base.get("pixel_values"))));
        }
        List<long[]> told = course.lessons().stream().flatMap(l -> l.patches().stream()).map(Lesson.Patches::codes)
                .filter(c -> c.length > 0).toList();
        return told.isEmpty()
                ? base
                : base.with(Map.of(PictureCodes.NAME, Staging.longs(manager,
                        told.stream().flatMapToLong(LongStream::of).toArray(),
                        new Shape(told.size(), told.getFirst().length))));
    }

    @Override
    public long asked(Lesson.Course course) {
        return course.asked(task);
    }

    @Override
    public LossTerms loss(VisionLanguageModel model, Pass pass, Inputs batch) {
        Taught taught = (Taught) model;
        return new LossTerms(taught.loss(taught.lessons().tasks().get(task), pass, batch), Map.of());
    }

    @Override
    public Optional<Guess> guess(VisionLanguageModel model, Inputs batch) {
        return ((Taught) model).lessons().guess(task, Pass.INFER, batch);
    }

    @Override
    public Optional<NDArray> features(VisionLanguageModel model, Inputs batch) {
        return ((Taught) model).lessons().features(task, Pass.INFER, batch);
    }

    @Override
    public Optional<NDArray> hiddenPatches(VisionLanguageModel model, Inputs batch) {
        return ((Taught) model).lessons().hiddenPatches(task, batch);
    }

    @Override
    public Optional<NDArray> plan(VisionLanguageModel model, Inputs batch) {
        return ((Taught) model).lessons().plan(task, Pass.INFER, batch);
    }

    @Override
    public boolean compares(VisionLanguageModel model) {
        return ((Taught) model).lessons().compares(task);
    }
}
