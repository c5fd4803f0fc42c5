package org.diptych.engine.models.roberta;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.text.TextTokenizer;

/// Hidden words; classes of a text; and, for the comparison of section 4.2, whether a sentence follows another, told by a classification head of two.
record RobertaLessons(RobertaModel model, Optional<TextTokenizer> tokenizer) implements Lessons {
    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        if (model.facts().fills()) {
            all.put(Task.MASKED_WORDS, RobertaModel.MASKED);
        }
        if (model.facts().labels() > 0) {
            all.put(Task.CLASSES, RobertaModel.CLASSES);
        }
        if (model.facts().labels() == 2) {
            all.put(Task.NEXT_SENTENCE, RobertaModel.CLASSES);
        }
        return all;
    }

    @Override
    public Optional<Lexicon> lexicon() {
        return tokenizer.flatMap(TextTokenizer::lexicon);
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        Map<String, NDArray> all = new HashMap<>(model.batch(course.shown(), manager).tensors());
        all.put("labels", task == Task.MASKED_WORDS
                ? Stacked.hiddenWords(course.lessons(), RobertaModel.IGNORED, manager)
                : Stacked.labels(course, manager));
        return new Inputs(all, course.shown());
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        return Optional.of(new Guess(task == Task.MASKED_WORDS
                ? model.wordLogits(pass, inputs)
                : model.answerLogits(pass, inputs), inputs.get("labels")));
    }

    @Override
    public OptionalInt classes(Task task) {
        return task == Task.CLASSES ? OptionalInt.of(model.facts().labels()) : OptionalInt.empty();
    }
}
