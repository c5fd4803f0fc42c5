package org.diptych.engine.models.llava;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EngineException;

/// How a conversation becomes one text (haotian-liu/LLaVA `llava/conversation.py`): a model answers well only in the form it was taught in.
///
/// @param name      as in the repository
/// @param system    what stands before the first question
/// @param user      who asks
/// @param assistant who answers
/// @param separator behind a question, or behind everything
/// @param second    behind an answer, where it differs
/// @param style     how the parts are put together
public record Template(String name, String system, String user, String assistant, String separator,
        Optional<String> second, Style style) {
    /// Names as in the repository.
    public enum Style {
        SINGLE, TWO, MPT, PLAIN, LLAMA_2
    }

    /// @param answer empty for the one that is to be written
    public record Turn(String question, Optional<String> answer) {
    }

    /// What stands for a picture in a text.
    public static final String IMAGE = "<image>";
    private static final String POLITE = " and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the ";
    private static final String TAGGED = "A chat between a curious user and an artificial intelligence assistant. The assistant is able to understand the visual content "
            + "that the user provides, and assist the user with a variety of tasks using natural language.The visual content will be provided with the following "
            + "format: <Image>visual content</Image>.";
    private static final String USER_TEXT = "A chat between a curious user" + POLITE + "user's questions.";
    private static final String HUMAN_TEXT = "A chat between a curious human" + POLITE + "human's questions.";
    private static final List<Template> ALL = List.of(two("v1", USER_TEXT), two("vicuna_v1", USER_TEXT),
            two("llava_v1", HUMAN_TEXT), two("v1_mmtag", TAGGED), single("llava_v0", HUMAN_TEXT),
            single("v0_mmtag", TAGGED),
            new Template("plain", "", "", "", "\n", Optional.empty(), Style.PLAIN),
            new Template("llava_llama_2",
                    "You are a helpful language and vision assistant. You are able to understand the visual content that the user provides, and assist the user "
                            + "with a variety of tasks using natural language.",
                    "USER", "ASSISTANT", "<s>", Optional.of("</s>"), Style.LLAMA_2),
            new Template("mistral_instruct", "", "USER", "ASSISTANT", "", Optional.of("</s>"), Style.LLAMA_2),
            chat("mpt",
                    "A conversation between a user and an LLM-based AI assistant. The assistant gives helpful and honest answers."),
            chat("chatml_direct", "Answer the questions."));

    private static Template two(String name, String system) {
        return new Template(name, system, "USER", "ASSISTANT", " ", Optional.of("</s>"), Style.TWO);
    }

    private static Template single(String name, String system) {
        return new Template(name, system, "Human", "Assistant", "###", Optional.empty(), Style.SINGLE);
    }

    private static Template chat(String name, String system) {
        return new Template(name, "<|im_start|>system\n" + system, "<|im_start|>user\n", "<|im_start|>assistant\n",
                "<|im_end|>", Optional.empty(), Style.MPT);
    }

    public static List<String> names() {
        return ALL.stream().map(Template::name).toList();
    }

    /// @throws EngineException when there is none of that name
    public static Template named(String name) throws EngineException {
        return ALL.stream().filter(t -> t.name.equals(name)).findFirst().orElseThrow(
                () -> new EngineException("models.template", name, String.join(", ", names())));
    }

    /// @param turns the questions with their answers, the last without one where it is to be written
    /// @throws EngineException when the template has no place for what is given: a caption's template takes no second text
    public String prompt(List<Turn> turns) throws EngineException {
        List<Optional<String>> messages = new ArrayList<>();
        turns.forEach(turn -> {
            messages.add(Optional.of(turn.question));
            messages.add(turn.answer);
        });
        StringBuilder text = new StringBuilder(switch (style) {
            case SINGLE, TWO, MPT -> system + separator;
            case PLAIN, LLAMA_2 -> "";
        });
        for (int i = 0; i < messages.size(); i++) {
            boolean asks = i % 2 == 0;
            String role = asks ? user : assistant;
            String behind = asks ? separator : second.orElse(separator);
            if (messages.get(i).isEmpty()) {
                text.append(switch (style) {
                    case SINGLE, TWO -> role + ":";
                    case MPT -> role;
                    case PLAIN, LLAMA_2 -> "";
                });
                continue;
            }
            String message = messages.get(i).get();
            text.append(switch (style) {
                case SINGLE -> role + ": " + message + separator;
                case TWO -> role + ": " + message + behind;
                case MPT -> role + message + separator;
                case PLAIN -> {
                    if (!asks && second.isEmpty()) {
                        throw new EngineException("models.template.answer", name);
                    }
                    yield message + behind;
                }
                case LLAMA_2 -> asks
                        ? (i == 0 ? "" : separator) + "[INST] " + (i == 0 ? framed() : "") + message + " [/INST]"
                        : " " + message + " " + second.orElse("");
            });
        }
        return text.toString();
    }

    /// @return texts that end an answer
    public List<String> stops() {
        return switch (style) {
            case SINGLE, MPT -> List.of(separator);
            case TWO, LLAMA_2 -> second.stream().toList();
            case PLAIN -> List.of();
        };
    }

    private String framed() {
        return system.isEmpty() ? "" : "<<SYS>>\n" + system + "\n<</SYS>>\n\n";
    }
}
