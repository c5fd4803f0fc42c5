package org.diptych.engine.models.lxmert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
import org.diptych.engine.nn.Rows;
import org.diptych.engine.text.TextTokenizer;

/// How LXMERT's losses read lessons (airsplay/lxmert `lxmert_pretrain.py`). Classes and attributes count for every region by the detector's certainty, features for hidden ones.
record LxmertLessons(LxmertModel model, Optional<TextTokenizer> tokenizer) implements Lessons {
    private static final int IGNORED = -100;
    private static final Map<String, Task> TASKS = Map.of(LxmertLosses.MASKED_WORDS, Task.MASKED_WORDS,
            LxmertLosses.MATCHING, Task.MATCHING, LxmertLosses.OBJECTS, Task.OBJECTS, LxmertLosses.SOFT_ANSWER,
            Task.ANSWERS);

    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        model.objectives().stream().filter(TASKS::containsKey).forEach(name -> all.put(TASKS.get(name), name));
        return all;
    }

    @Override
    public Optional<Lexicon> lexicon() {
        return tokenizer.flatMap(TextTokenizer::lexicon);
    }

    @Override
    public Hidden.Rule hiding() {
        return new Hidden.Rule(0.8, 0.1);
    }

    @Override
    public OptionalInt classes(Task task) {
        return switch (task) {
            case ANSWERS -> OptionalInt.of(model.facts().answers());
            case OBJECTS -> OptionalInt.of(model.facts().classes());
            default -> OptionalInt.empty();
        };
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        Map<String, NDArray> all = new HashMap<>(model.batch(course.shown(), manager).tensors());
        switch (task) {
            case MASKED_WORDS -> all.put("lm_labels", Stacked.hiddenWords(course.lessons(), IGNORED, manager));
            case MATCHING -> all.put("matched_label", Stacked.labels(course, manager));
            case ANSWERS -> all.put("soft_targets", Stacked.scores(course, model.facts().answers(), manager));
            default -> regions(HiddenRegions.of(course), manager, all);
        }
        return new Inputs(all, course.shown());
    }

    private void regions(HiddenRegions hidden, NDManager manager, Map<String, NDArray> all) {
        all.put("obj_label", hidden.wholes((h, r) -> h.classes()[r], IGNORED, manager));
        all.put("attr_label",
                hidden.wholes((h, r) -> h.attributes()[r] < 0 ? IGNORED : h.attributes()[r], IGNORED, manager));
        NDArray certain = hidden.vectors((h, r) -> new float[]{h.confidences()[r]}, 1, manager).squeeze(2);
        all.put("obj_conf", certain);
        all.put("attr_conf", certain);
        all.put("feat_target", hidden.vectors((h, r) -> h.features()[r], model.facts().feature(), manager));
        all.put("feat_mask",
                hidden.vectors((h, r) -> new float[]{h.hidden()[r] ? 1 : 0}, 1, manager).squeeze(2));
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        LxmertStreams.States states = model.states(pass, inputs);
        return switch (task) {
            case MASKED_WORDS -> Optional.of(new Guess(model.wordLogits(states), inputs.get("lm_labels")));
            case MATCHING -> Optional.of(new Guess(model.matchLogits(states), inputs.get("matched_label")));
            case ANSWERS -> Optional.of(new Guess(model.answerLogits(states),
                    inputs.get("soft_targets").argMax(1).toType(DataType.INT64, false)));
            default -> Optional.ofNullable(model.objectLogits(states).get(ObjectHead.OBJECT)).map(logits -> {
                NDArray asked = inputs.get("feat_mask").toType(DataType.INT64, false);
                return new Guess(logits, inputs.get("obj_label").mul(asked).add(asked.sub(1).mul(-IGNORED)));
            });
        };
    }

    @Override
    public Optional<NDArray> features(Task task, Pass pass, Inputs inputs) {
        return task == Task.OBJECTS
                ? Optional.ofNullable(model.objectLogits(model.states(pass, inputs)).get(ObjectHead.FEATURE))
                        .map(told -> Rows.where(told, inputs.get("feat_mask").toType(DataType.INT64, false)))
                : Optional.empty();
    }
}
