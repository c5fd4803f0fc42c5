package org.diptych.engine.data.instruct;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InstructRequest.Prompt;
import org.diptych.engine.api.InstructRequest.Prompt.Said;
import org.diptych.engine.api.Texts;
import org.diptych.engine.data.toybox.World;

/// What a language model is asked, and how its answer is read (Liu et al. 2023, section 3 and table 13): what it is to write, two scenes with what was written of them,
/// then captions and boxes of the picture itself. The wording is this program's own.
///
/// @param language `en` or `zh`
record Recipe(String language, long seed) {
    private static final String DESCRIPTION = "description";
    private static final String BETWEEN = "===";
    private static final String QUESTION = "Question:";
    private static final String ANSWER = "Answer:";
    /// Scenes of no split, so that none of them is asked about too.
    private static final long[] EXAMPLES = {(7L << 40) + 4, (7L << 40) + 11};
    private static final int SIDE = 64;
    private static final int SHOWN = 160;

    private Texts texts() {
        return Texts.of(Locale.of(language));
    }

    /// @param form of the conversation
    Prompt prompt(Sight sight, String form) {
        List<Said> said = new ArrayList<>();
        said.add(new Said("system", texts().get("data.instruct.ask." + form) + "\n"
                + texts().get(form.equals(DESCRIPTION) ? "data.instruct.form.plain" : "data.instruct.form.pairs")));
        for (long seed : EXAMPLES) {
            Sight example = Sights.scene(seed, SIDE, World.ALIGNED, language, "");
            said.add(new Said("user", example.told()));
            said.add(new Said("assistant", written(known(example, form))));
        }
        said.add(new Said("user", sight.told()));
        return new Prompt(sight.id() + "-" + form, said);
    }

    /// @throws java.util.NoSuchElementException when the sight's world has none of that form
    static Conversation known(Sight sight, String form) {
        return sight.known().stream().filter(c -> c.form().equals(form)).findFirst().orElseThrow();
    }

    /// @return a conversation as a language model is to write it: a description alone, else questions and answers
    static String written(Conversation conversation) {
        if (conversation.form().equals(DESCRIPTION)) {
            return conversation.turns().getFirst().answer();
        }
        List<String> parts = new ArrayList<>();
        for (Conversation.Turn turn : conversation.turns()) {
            parts.add(QUESTION + "\n" + turn.question());
            parts.add(ANSWER + "\n" + turn.answer());
        }
        return String.join("\n" + BETWEEN + "\n", parts);
    }

    /// @param answer of the language model
    /// @throws EngineException when it is not of the form that was asked for
    Conversation read(Sight sight, String form, String answer) throws EngineException {
        String text = answer.strip();
        if (text.isEmpty()) {
            throw new EngineException("data.instruct.empty", sight.id());
        }
        if (form.equals(DESCRIPTION)) {
            String[] asked = texts().get("data.instruct.describe").split("\\s*\\|\\s*");
            int which = new SplittableRandom(seed * 31 + sight.id().hashCode()).nextInt(asked.length);
            return new Conversation(form, List.of(new Conversation.Turn(asked[which], text)));
        }
        List<Conversation.Turn> turns = new ArrayList<>();
        String[] parts = text.split("\\s*\\n?" + BETWEEN + "\\s*");
        for (int i = 0; i < parts.length; i += 2) {
            if (i + 1 == parts.length || !parts[i].startsWith(QUESTION) || !parts[i + 1].startsWith(ANSWER)) {
                throw new EngineException("data.instruct.pairs", sight.id(), brief(text));
            }
            String question = parts[i].substring(QUESTION.length()).strip();
            String said = parts[i + 1].substring(ANSWER.length()).strip();
            if (question.isEmpty() || said.isEmpty()) {
                throw new EngineException("data.instruct.pairs", sight.id(), brief(text));
            }
            turns.add(new Conversation.Turn(question, said));
        }
        return new Conversation(form, turns);
    }

    /// @return the beginning of a text on one line, for a message
    static String brief(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() > SHOWN ? line.substring(0, SHOWN) + " …" : line;
    }
}
