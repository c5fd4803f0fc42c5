package org.diptych.engine.models.blip2;

import java.util.Arrays;
import java.util.List;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;

/// How BLIP-2's language model is asked (section 4.1: `Question: {} Answer:` for OPT, `Question: {} Short answer:` for FlanT5), and how what was said before stands in front of it (`Question: {} Answer: {}.`,
/// the form of the authors' demonstration).
enum QuestionForm {
    ANSWER("answer", "Answer:"), SHORT("short-answer", "Short answer:");

    private static final String ASKS = "Question:";
    /// An answer ends with its line, or where the model goes on to ask itself.
    static final List<String> STOPS = List.of("\n", ASKS);

    private final String id;
    private final String answers;

    QuestionForm(String id, String answers) {
        this.id = id;
        this.answers = answers;
    }

    String id() {
        return id;
    }

    /// @throws EngineException when there is none of that name
    static QuestionForm named(String name) throws EngineException {
        return Arrays.stream(values()).filter(f -> f.id.equals(name)).findFirst()
                .orElseThrow(() -> new EngineException("models.template", name,
                        String.join(", ", Arrays.stream(values()).map(f -> f.id).toList())));
    }

    String prompt(List<Conversation.Turn> before, String question) {
        StringBuilder text = new StringBuilder();
        before.forEach(turn -> text.append(ASKS + " ").append(turn.question()).append(" Answer: ")
                .append(turn.answer()).append(turn.answer().endsWith(".") ? " " : ". "));
        return text.append(ASKS + " ").append(question).append(' ').append(answers).toString();
    }
}
