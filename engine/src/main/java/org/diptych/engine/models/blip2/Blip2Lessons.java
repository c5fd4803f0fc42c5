package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.text.TextTokenizer;

/// How BLIP-2's losses read lessons. Wrong partners are not brought along: the model draws them from what it finds alike (section 3.2).
record Blip2Lessons(Blip2Model model, Optional<TextTokenizer> tokenizer) implements Lessons {
    private static final Map<String, Task> TASKS = Map.of(Blip2Losses.CONTRAST, Task.CONTRAST, Blip2Losses.MATCHING,
            Task.MATCHING, Blip2Losses.WRITING, Task.WRITING, Blip2Losses.LANGUAGE, Task.WRITING);

    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        model.objectives().forEach(name -> all.put(TASKS.get(name), name));
        model.facts().language().ifPresent(_ -> all.put(Task.WRITING_ALONE, Blip2Losses.LANGUAGE));
        return all;
    }

    @Override
    public Optional<Lexicon> lexicon() {
        return tokenizer.flatMap(TextTokenizer::lexicon);
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        if (task == Task.WRITING && model.facts().language().isPresent()) {
            return model.language().lessons(course, base, manager);
        }
        if (task == Task.WRITING_ALONE) {
            Map<String, NDArray> all = new HashMap<>(model.language().lessons(course, base, manager).tensors());
            all.remove(Blip2Bridge.PIXELS);
            return new Inputs(all, course.shown());
        }
        if (task != Task.MATCHING) {
            return base;
        }
        Map<String, NDArray> all = new HashMap<>(base.tensors());
        all.put("negative_draws", Stacked.draws(course.lessons(), 2, manager));
        return new Inputs(all, course.shown());
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        Blip2Losses losses = new Blip2Losses(model);
        return switch (task) {
            case MATCHING -> Optional.of(losses.matchGuess(pass, inputs));
            case WRITING, WRITING_ALONE -> Optional.of(model.facts().language().isPresent()
                    ? losses.languageGuess(pass, inputs)
                    : losses.writtenGuess(pass, inputs));
            default -> Optional.empty();
        };
    }

    /// Wrong partners are sought among the batch.
    @Override
    public boolean compares(Task task) {
        return task == Task.CONTRAST || task == Task.MATCHING;
    }
}
