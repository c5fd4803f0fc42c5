package org.diptych.engine.models.vilt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
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

/// How ViLT's losses read lessons (dandelin/ViLT `objectives.py`).
record ViltLessons(ViltModel model, ViltReader reader) implements Lessons {
    private static final int IGNORED = -100;
    private static final Map<String, Task> TASKS = Map.of(ViltLosses.MASKED, Task.MASKED_WORDS, ViltLosses.MATCHING,
            Task.MATCHING, ViltLosses.ALIGNMENT, Task.ALIGNMENT, ViltLosses.ANSWER, Task.ANSWERS, ViltLosses.PAIR,
            Task.PICTURE_PAIRS, ViltLosses.RANK, Task.RANKING);

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
            case MASKED_WORDS -> {
                all.put("mlm_input_ids", text(course.shown(), manager).get("input_ids"));
                all.put("mlm_labels", Stacked.hiddenWords(course.lessons(), IGNORED, manager));
            }
            case MATCHING, ALIGNMENT -> { // the text was changed, so either label sees the picture that is there
                all.putAll(text(course.shown(), manager));
                all.put("false_pixel_values", base.get("pixel_values"));
                all.put("itm_labels", Stacked.labels(course, manager));
            }
            case ANSWERS -> {
                all.putAll(text(course.shown(), manager));
                all.put("targets", Stacked.scores(course, model.facts().answers(), manager));
            }
            case PICTURE_PAIRS -> {
                all.putAll(pictures(course, manager));
                all.putAll(text(course.shown(), manager));
                all.put("labels", Stacked.labels(course, manager));
            }
            default -> rivals(course, manager, all);
        }
        return new Inputs(all, course.shown());
    }

    private Map<String, NDArray> text(List<Encoded> samples, NDManager manager) {
        return Stacked.text(samples, reader.tokenizer().map(TextTokenizer::padId).orElse(0), manager);
    }

    private void rivals(Lesson.Course course, NDManager manager, Map<String, NDArray> all) {
        for (int k = 0; k < rivals(); k++) {
            int other = k;
            text(course.lessons().stream().map(l -> l.others().get(other)).toList(), manager)
                    .forEach((name, value) -> all.put("false_" + other + "_" + name, value));
        }
    }

    /// @return `pixel_values` (B, 2, 3, H, W) and `pixel_mask` (B, 2, H, W)
    private Map<String, NDArray> pictures(Lesson.Course course, NDManager manager) {
        List<Encoded> both = new ArrayList<>();
        course.lessons().forEach(l -> both.addAll(List.of(l.shown(), l.others().getFirst())));
        Map<String, NDArray> out = new HashMap<>();
        Map<String, NDArray> made = reader.batch(both, manager);
        for (String name : List.of("pixel_values", "pixel_mask")) {
            Shape shape = made.get(name).getShape();
            out.put(name, made.get(name).reshape(new Shape(both.size() / 2, 2).addAll(shape.slice(1))));
        }
        return out;
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        return switch (task) {
            case MASKED_WORDS -> Optional.of(new Guess(model.wordLogits(pass, ViltLosses.maskedInputs(inputs)),
                    inputs.get("mlm_labels")));
            case MATCHING -> Optional.of(new Guess(
                    model.matchLogits(model.states(pass, ViltLosses.matchInputs(inputs), 1)),
                    inputs.get("itm_labels")));
            case ANSWERS -> Optional.of(new Guess(model.answerLogits(pass, inputs),
                    inputs.get("targets").argMax(1).toType(DataType.INT64, false)));
            case PICTURE_PAIRS -> Optional.of(new Guess(model.pairLogits(List.of(pass, pass), inputs),
                    inputs.get("labels")));
            case RANKING -> {
                NDArray scores = new ViltLosses(model).rank(pass, inputs);
                yield Optional.of(new Guess(scores, scores.get(":, 0").zerosLike().toType(DataType.INT64, false)));
            }
            default -> Optional.empty();
        };
    }

    @Override
    public OptionalInt classes(Task task) {
        return task == Task.ANSWERS ? OptionalInt.of(model.facts().answers()) : OptionalInt.empty();
    }

    /// Without the row of the picture as a whole.
    @Override
    public Optional<NDArray> plan(Task task, Pass pass, Inputs inputs) {
        return task == Task.ALIGNMENT
                ? Optional.of(ViltLosses.align(model.states(pass, ViltLosses.matchInputs(inputs), 1),
                        ViltLosses.TRAINING).plan().get(":, 1:"))
                : Optional.empty();
    }
}
