package org.diptych.engine.models.blip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.tower.Asked;

/// How BLIP's losses read lessons. A model with a following copy draws wrong partners from what it finds alike (section 3.2); one without is given them.
record BlipLessons(BlipModel model) implements Lessons {
    private static final Map<String, Task> TASKS = Map.of(BlipLosses.CONTRAST, Task.CONTRAST, BlipLosses.MATCHING,
            Task.MATCHING, BlipLosses.WRITING, Task.WRITING, BlipLosses.ANSWER, Task.ANSWERS);

    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        model.objectives().forEach(name -> all.put(TASKS.get(name), name));
        return all;
    }

    /// Nothing is hidden from this model.
    @Override
    public Optional<Lexicon> lexicon() {
        return Optional.empty();
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        Map<String, NDArray> all = new HashMap<>(base.tensors());
        all.put("alpha", Staging.floats(manager, new float[]{(float) course.alpha()}, new Shape()));
        switch (task) {
            case MATCHING -> {
                if (tasks().containsKey(Task.CONTRAST)) {
                    all.put("negative_draws", Stacked.draws(course.lessons(), 2, manager));
                } else {
                    all.putAll(text(course.shown(), manager));
                    all.put("itm_labels", Stacked.labels(course, manager));
                }
            }
            case ANSWERS -> {
                Map<String, NDArray> question = text(course.shown(), manager);
                all.put("question_ids", question.get("input_ids"));
                all.put("question_mask", question.get("attention_mask"));
                all.putAll(Stacked.answers(course.lessons(), (int) model.facts().ends().pad(), manager));
                all.computeIfPresent("answer_ids", (name, ids) -> model.writes(ids));
            }
            default -> {
            }
        }
        return new Inputs(all, course.shown());
    }

    private Map<String, NDArray> text(List<Encoded> samples, NDManager manager) {
        return Stacked.text(samples, (int) model.facts().ends().pad(), manager);
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        BlipLosses losses = new BlipLosses(model);
        return switch (task) {
            case MATCHING -> Optional.of(losses.matchGuess(pass, inputs));
            case WRITING -> {
                NDArray ids = inputs.get("input_ids");
                yield Optional.of(Asked.guess(losses.writtenLogits(pass, losses.picture(pass, inputs), inputs), ids,
                        BlipModel.attended(inputs, ids)));
            }
            case ANSWERS -> Optional.of(losses.answerGuess(pass, inputs));
            default -> Optional.empty();
        };
    }

    /// Wrong partners are sought among the batch.
    @Override
    public boolean compares(Task task) {
        return task == Task.CONTRAST || task == Task.MATCHING;
    }
}
