package org.diptych.engine.models.vilbert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Hidden;
import org.diptych.engine.model.HiddenRegions;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.text.TextTokenizer;

/// How ViLBERT's losses read lessons (vilbert-multi-task `concept_cap_dataset.py`).
record VilbertLessons(VilbertModel model, Optional<TextTokenizer> tokenizer) implements Lessons {
    private static final int IGNORED = -1;
    private static final Map<String, Task> TASKS = Map.of(VilbertLosses.MASKED_WORDS, Task.MASKED_WORDS,
            VilbertLosses.MASKED_REGIONS, Task.REGION_DISTRIBUTIONS, VilbertLosses.ALIGNMENT, Task.MATCHING,
            VilbertLosses.ANSWER, Task.ANSWERS);

    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        model.objectives().forEach(name -> all.put(TASKS.get(name), name));
        return all;
    }

    @Override
    public Optional<Lexicon> lexicon() {
        return tokenizer.flatMap(TextTokenizer::lexicon);
    }

    @Override
    public Hidden.Rule hiding() {
        return new Hidden.Rule(0.9, 0);
    }

    @Override
    public OptionalInt classes(Task task) {
        return switch (task) {
            case ANSWERS -> OptionalInt.of(model.facts().heads().answers());
            case REGION_DISTRIBUTIONS -> OptionalInt.of(model.facts().classes() - 1); // without the background
            default -> OptionalInt.empty();
        };
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        Map<String, NDArray> all = new HashMap<>(model.batch(course.shown(), manager).tensors());
        if (course.lessons().getFirst().regions().isPresent()) {
            regions(HiddenRegions.of(course), manager, all);
        }
        switch (task) {
            case MASKED_WORDS -> all.put("masked_lm_labels",
                    Stacked.hiddenWords(course.lessons(), IGNORED, manager));
            case MATCHING -> // 0 says that they belong together, as BERT's next sentence does
                all.put("next_sentence_label", Stacked.labels(course, manager).neg().add(1));
            case ANSWERS -> all.put("vqa_targets",
                    Stacked.scores(course, model.facts().heads().answers(), manager));
            default -> {
            }
        }
        return new Inputs(all, course.shown());
    }

    /// The whole picture's feature is the mean of what is not hidden.
    private void regions(HiddenRegions hidden, NDManager manager, Map<String, NDArray> all) {
        all.put("image_label", hidden.wholes((h, r) -> h.hidden()[r] ? 1 : IGNORED, IGNORED, manager));
        int classes = model.facts().classes();
        if (classes > 0) {
            all.put("image_target", hidden.vectors(
                    (h, r) -> HiddenRegions.withBackground(h.distributions()[r], classes), classes, manager));
        }
        NDArray open = hidden.vectors((h, r) -> new float[]{h.hidden()[r] ? 0 : 1}, 1, manager); // (B, N, 1)
        NDArray features = all.get("image_feat").get(new NDIndex(":, 1:"));
        NDArray mean = features.mul(open).sum(new int[]{1}, true).div(open.sum(new int[]{1}, true).maximum(1f));
        all.put("image_feat", NDArrays.concat(new NDList(mean, features), 1));
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        VilbertStreams.States states = model.states(pass, inputs);
        return switch (task) {
            case MASKED_WORDS -> Optional.of(new Guess(model.heads().words(states), inputs.get("masked_lm_labels")));
            case REGION_DISTRIBUTIONS -> {
                NDArray asked = inputs.get("image_label").eq(1).toType(DataType.INT64, false);
                NDArray right = inputs.get("image_target").argMax(2).toType(DataType.INT64, false);
                yield Optional.of(new Guess(model.heads().regions(states).get(new NDIndex(":, 1:")),
                        right.mul(asked).add(asked.sub(1))));
            }
            case MATCHING -> Optional.of(new Guess(model.heads().match(states), inputs.get("next_sentence_label")));
            case ANSWERS -> Optional.of(new Guess(model.heads().answers(states),
                    inputs.get("vqa_targets").argMax(1).toType(DataType.INT64, false)));
            default -> Optional.empty();
        };
    }
}
