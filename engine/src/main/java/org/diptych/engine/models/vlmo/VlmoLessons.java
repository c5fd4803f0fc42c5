package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.tower.HardPairs;

/// How VLMo's losses read lessons. Wrong partners are not brought along: the model draws them from what it finds alike.
record VlmoLessons(VlmoModel model, VlmoReader reader) implements Lessons {
    private static final int IGNORED = -100;
    private static final Map<String, Task> TASKS = Map.of(VlmoLosses.CONTRAST, Task.CONTRAST, VlmoLosses.RETRIEVAL,
            Task.CONTRAST, VlmoLosses.MATCHING, Task.MATCHING, VlmoLosses.WORDS, Task.MASKED_WORDS,
            VlmoLosses.TEXT_WORDS, Task.WORDS_ALONE, VlmoLosses.ANSWER, Task.ANSWERS, VlmoLosses.PAIR,
            Task.PICTURE_PAIRS);

    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        model.objectives().forEach(name -> all.put(TASKS.get(name), name));
        return all;
    }

    @Override
    public Optional<Lexicon> lexicon() {
        return reader.tokenizer().flatMap(TextTokenizer::lexicon);
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        Map<String, NDArray> all = new HashMap<>(base.tensors());
        switch (task) {
            case MASKED_WORDS, WORDS_ALONE -> {
                all.put("text_ids_mlm", text(course.shown(), manager).get("input_ids"));
                all.put("text_labels_mlm", Stacked.hiddenWords(course.lessons(), IGNORED, manager));
            }
            case MATCHING -> all.put("negative_draws", Stacked.draws(course.lessons(), 2, manager));
            case ANSWERS -> {
                all.putAll(text(course.shown(), manager));
                all.put("vqa_targets", Stacked.scores(course, model.facts().parts().answers(), manager));
            }
            case PICTURE_PAIRS -> {
                all.putAll(text(course.shown(), manager));
                all.put("image_0", Stacked.pixels(course.shown(), manager).get("pixel_values"));
                all.put("image_1", Stacked.pixels(
                        course.lessons().stream().map(l -> l.others().getFirst()).toList(), manager)
                        .get("pixel_values"));
                all.put("answers", Stacked.labels(course, manager));
            }
            default -> {
                return base;
            }
        }
        return new Inputs(all, course.shown());
    }

    private Map<String, NDArray> text(List<Encoded> samples, NDManager manager) {
        return Stacked.text(samples, reader.pad(), manager);
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        VlmoLosses losses = new VlmoLosses(model);
        return switch (task) {
            case MASKED_WORDS -> Optional.of(new Guess(model.wordLogits(pass, VlmoLosses.masked(inputs)),
                    inputs.get("text_labels_mlm")));
            case WORDS_ALONE -> Optional.of(new Guess(
                    model.wordLogits(pass, VlmoLosses.blind(VlmoLosses.masked(inputs))),
                    inputs.get("text_labels_mlm")));
            case MATCHING -> Optional.of(HardPairs.guess(
                    model.matchLogits(pass, VlmoLosses.triples(inputs, losses.mismatched(pass, inputs)))));
            case ANSWERS -> Optional.of(new Guess(model.answerLogits(pass, inputs),
                    inputs.get("vqa_targets").argMax(1).toType(DataType.INT64, false)));
            case PICTURE_PAIRS -> Optional.of(new Guess(model.pairLogits(pass, inputs), inputs.get("answers")));
            default -> Optional.empty();
        };
    }

    @Override
    public OptionalInt classes(Task task) {
        return task == Task.ANSWERS ? OptionalInt.of(model.facts().parts().answers()) : OptionalInt.empty();
    }

    /// Wrong partners are sought among the batch.
    @Override
    public boolean compares(Task task) {
        return task == Task.CONTRAST || task == Task.MATCHING;
    }
}
