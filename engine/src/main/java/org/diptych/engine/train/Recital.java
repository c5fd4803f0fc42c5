package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.ValueNames;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.evaluate.Spoken;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Objective;

/// What a model that learns to write writes of a few validation pictures, and how right that is, by the measures of `evaluate`. Of captions the share that names every thing in the picture; where a set does not
/// know what is in its pictures, the words that they have in common with the set's own. Of replies the share that is what should have been said. The likeliest word is always taken, so that nothing is drawn and
/// a run that goes on says the same.
final class Recital {
    /// Texts at most, so that an evaluation stays short beside the steps between two of them: 16 captions are written 8 at once, of some 15 words each, which is 2 passes over the pictures and 30 over a single
    /// word of 8 texts. A reply is written by itself, since questions differ in length.
    private static final int MOST = 16;
    private static final int AT_ONCE = 8;

    /// @param asked to be written
    /// @param known what is true of it
    private record Text(Spoken.Asked asked, Known known) {
    }

    /// Says how right a text is, 0 to 1.
    ///
    /// @param value  name in the log
    /// @param things that are to be named
    /// @param said   what the set says itself
    private record Known(String value, List<String> things, String said) {
        double right(String text) {
            return switch (value) {
                case ValueNames.CAPTIONS -> Spoken.names(text, things) ? 1 : 0;
                case ValueNames.WORDS -> Spoken.common(text, said);
                default -> Spoken.same(text, said) ? 1 : 0;
            };
        }
    }

    private final VisionLanguageModel model;
    private final Dataset data;
    private final boolean captions;
    private final boolean replies;
    private final List<Text> texts = new ArrayList<>();
    private final Map<String, List<Double>> right = new LinkedHashMap<>();
    private boolean chosen;
    private int next;

    /// @param objectives that are learnt: a model writes what it is taught to
    Recital(VisionLanguageModel model, Dataset data, List<Objective> objectives) {
        this.model = model;
        this.data = data;
        captions = learns(objectives, Task.WRITING) && Spoken.captions(model);
        replies = learns(objectives, Task.INSTRUCTIONS) && Spoken.replies(model);
    }

    private static boolean learns(List<Objective> objectives, Task task) {
        return objectives.stream().anyMatch(o -> o.name().equals(task.plan()));
    }

    void begin() {
        next = 0;
        right.clear();
    }

    /// @return true when nothing is left to be written
    boolean done() throws EngineException {
        if (!chosen) {
            chosen = true;
            choose();
        }
        return next >= texts.size();
    }

    private void choose() throws EngineException {
        if (!captions && !replies) {
            return;
        }
        for (Example example : ProbeSet.examples(data)) {
            if (captions) {
                List<String> things = example.more().things();
                texts.add(new Text(Spoken.caption(model, example.picture()),
                        new Known(things.isEmpty() ? ValueNames.WORDS : ValueNames.CAPTIONS, things,
                                example.caption())));
            } else if (!example.more().conversations().isEmpty()) {
                List<Conversation.Turn> turns = example.more().conversations().getFirst().turns();
                for (int i = 0; i < turns.size() && texts.size() < MOST; i++) {
                    texts.add(new Text(Spoken.reply(model, example.picture(), turns, i),
                            new Known(ValueNames.REPLIES, List.of(), turns.get(i).answer())));
                }
            }
        }
    }

    /// Writes the next few.
    void piece(NDManager scope) {
        List<Text> now = texts.subList(next, Math.min(texts.size(), next + (captions ? AT_ONCE : 1)));
        List<String> written = Spoken.write(model, now.stream().map(Text::asked).toList(), scope);
        for (int i = 0; i < now.size(); i++) {
            right.computeIfAbsent(now.get(i).known.value, _ -> new ArrayList<>())
                    .add(now.get(i).known.right(written.get(i)));
        }
        next += now.size();
    }

    /// @return means over the texts, 0 to 1; nothing for a model that does not learn to write
    Map<String, Double> values() {
        Map<String, Double> out = new LinkedHashMap<>();
        right.forEach((name, all) -> out.put(name, all.stream().mapToDouble(Double::doubleValue).average().orElse(0)));
        return out;
    }
}
