package org.diptych.engine.models.llava;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Instructs;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.models.llava.Template.Turn;

/// How LLaVA is taught (haotian-liu/LLaVA `train/train.py`): captions in the plain form, `preprocess_plain`, and conversations of which the answers are learnt,
/// `preprocess_v1`. All are one loss, that of the next word.
record LlavaLessons(LlavaModel model, LlavaReader reader) implements Lessons, Instructs {
    private static final String PLAIN = "plain";

    @Override
    public Map<Task, String> tasks() {
        Map<Task, String> all = new EnumMap<>(Task.class);
        for (Task task : List.of(Task.WRITING, Task.INSTRUCTIONS, Task.INSTRUCTIONS_ALONE)) {
            all.put(task, LlavaModel.WORDS);
        }
        return all;
    }

    /// Nothing is hidden from this model.
    @Override
    public Optional<Lexicon> lexicon() {
        return Optional.empty();
    }

    @Override
    public Optional<Instructs> instructs() {
        return Optional.of(this);
    }

    @Override
    public Inputs inputs(Task task, Lesson.Course course, Inputs base, NDManager manager) {
        Map<String, NDArray> all = new HashMap<>(
                Stacked.text(course.shown(), (int) model.facts().ids().pad(), manager));
        all.put("labels", Stacked.hiddenWords(course.lessons(), Splice.IGNORED, manager));
        if (task != Task.INSTRUCTIONS_ALONE) {
            all.put("pixel_values", base.get("pixel_values"));
        }
        return new Inputs(all, course.shown());
    }

    @Override
    public Optional<Guess> guess(Task task, Pass pass, Inputs inputs) {
        LlavaModel.Prompt prompt = model.prompt(inputs);
        Splice splice = model.spliced(prompt, inputs);
        NDArray logits = model.logits(pass, prompt, splice, model.features(pass, inputs));
        return Optional.of(new Guess(logits.get(new NDIndex(":, :{}", splice.length() - 1)),
                Splice.tensor(logits.getManager(), splice.labels()).get(new NDIndex(":, 1:"))));
    }

    @Override
    public Lesson captioned(Encoded own, String caption) throws EngineException {
        return lesson(own, prompts().caption(Template.named(PLAIN), caption), model.textLength());
    }

    /// The picture stands before the first question, wherever the data has it (`preprocess_multimodal`).
    @Override
    public Lesson answered(Encoded own, List<Conversation.Turn> turns) throws EngineException {
        List<Turn> said = new ArrayList<>();
        for (Conversation.Turn turn : turns) {
            said.add(new Turn((said.isEmpty() ? Template.IMAGE + "\n" : "") + turn.question(),
                    Optional.of(turn.answer())));
        }
        return lesson(own, prompts().rounds(taught(), taught().prompt(said)), model.textLength());
    }

    @Override
    public Lesson alone(Encoded own, List<Conversation.Turn> turns) throws EngineException {
        List<Turn> said = turns.stream().map(t -> new Turn(t.question(), Optional.of(t.answer()))).toList();
        return lesson(own, prompts().whole(taught().prompt(said)), model.facts().positions());
    }

    @Override
    public Lesson alone(Encoded own, String text) throws EngineException {
        return lesson(own, prompts().whole(text), model.facts().positions());
    }

    /// A text that is too long loses its end, as in the reference.
    private static Lesson lesson(Encoded own, Prompts.Taught taught, int longest) {
        List<Tokens.Token> read = taught.read().tokens();
        boolean cut = read.size() > longest;
        int length = Math.min(read.size(), longest);
        long[] words = new long[length];
        for (int i = 0; i < length; i++) {
            words[i] = taught.labels()[i] == Splice.IGNORED ? -1 : taught.labels()[i];
        }
        Encoded shown = own.saying(new Tokens(taught.read().text(), read.subList(0, length), cut));
        return Lesson.of(shown, -1).hiding(shown, words);
    }

    /// @throws EngineException for a form whose answers have no closing token of their own
    private Template taught() throws EngineException {
        Template template = reader.template();
        if (template.style() != Template.Style.TWO) {
            throw new EngineException("models.template.taught", template.name());
        }
        return template;
    }

    private Prompts prompts() throws EngineException {
        return reader.prompts().orElseThrow(() -> new EngineException("models.tokenizer", LlavaConfig.MODEL,
                "tokenizer.json / tokenizer.model"));
    }
}
