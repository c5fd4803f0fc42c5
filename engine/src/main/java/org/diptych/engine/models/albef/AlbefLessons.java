package org.diptych.engine.models.albef;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
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
import org.diptych.engine.text.TextTokenizer;

/// How ALBEF's losses read lessons. Wrong partners are not brought along: the model draws them from what it finds alike (section 3.2).
record AlbefLessons(AlbefModel model, Optional<TextTokenizer> tokenizer) implements Lessons {
    private static final int IGNORED = -100;
    private static final Map<String, Task> TASKS = Map.of(AlbefLosses.CONTRAST, Task.CONTRAST, AlbefLosses.MATCHING,
            Task.MATCHING, AlbefLosses.MASKED, Task.MASKED_WORDS, AlbefLosses.ANSWER, Task.ANSWERS, AlbefLosses.PAIR,
            Task.PICTURE_PAIRS);

    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        boolean pretrains = model.objectives().contains(AlbefLosses.CONTRAST);
        model.objectives().stream().filter(name -> pretrains || !name.equals(AlbefLosses.MATCHING))
                .forEach(name -> all.put(TASKS.get(name), name));
        return all;
    }

    @Override
    public Optional<Lexicon> lexicon() {
        return tokenizer.flatMap(TextTokenizer::lexicon);
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        Map<String, NDArray> all = new HashMap<>(base.tensors());
        all.put("alpha", Staging.floats(manager, new float[]{(float) course.alpha()}, new Shape()));
        switch (task) {
            case MASKED_WORDS -> {
                all.put("mlm_input_ids", text(course.shown(), manager).get("input_ids"));
                all.put("mlm_labels", Stacked.hiddenWords(course.lessons(), IGNORED, manager));
            }
            case MATCHING -> all.put("negative_draws", Stacked.draws(course.lessons(), 2, manager));
            case ANSWERS -> {
                Map<String, NDArray> question = text(course.shown(), manager);
                all.put("question_ids", question.get("input_ids"));
                all.put("question_mask", question.get("attention_mask"));
                all.putAll(Stacked.answers(course.lessons(), model.facts().pad(), manager));
            }
            case PICTURE_PAIRS -> {
                List<Encoded> pictures = new ArrayList<>(course.shown());
                course.lessons().forEach(l -> pictures.add(l.others().getFirst()));
                all.put("image_pairs", Stacked.pixels(pictures, manager).get("pixel_values"));
                all.putAll(text(course.shown(), manager));
                all.put("targets", Stacked.labels(course, manager));
            }
            default -> {
            }
        }
        return new Inputs(all, course.shown());
    }

    private Map<String, NDArray> text(List<Encoded> samples, NDManager manager) {
        return Stacked.text(samples, model.facts().pad(), manager);
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        AlbefLosses losses = new AlbefLosses(model);
        return switch (task) {
            case MASKED_WORDS -> {
                Map<String, NDArray> masked = new HashMap<>(inputs.tensors());
                masked.put("input_ids", inputs.get("mlm_input_ids"));
                yield Optional.of(new Guess(model.wordLogits(pass, new Inputs(masked, inputs.samples())),
                        inputs.get("mlm_labels")));
            }
            case MATCHING -> Optional.of(losses.matchGuess(pass, model.step(pass, inputs), inputs));
            case ANSWERS -> Optional.of(losses.answerGuess(pass, inputs));
            case PICTURE_PAIRS -> Optional.of(
                    new Guess(AlbefLosses.pairLogits(pass, model.online(), inputs), inputs.get("targets")));
            default -> Optional.empty();
        };
    }

    /// Wrong partners are sought among the batch.
    @Override
    public boolean compares(Task task) {
        return task == Task.CONTRAST || task == Task.MATCHING;
    }
}
