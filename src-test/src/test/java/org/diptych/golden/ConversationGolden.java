package org.diptych.golden;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.models.llava.Prompts;
import org.diptych.engine.models.llava.Template;
import org.diptych.engine.models.llava.Template.Turn;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;

/// `conversation.json`: texts of conversations in every template, their ids, and which of them are learnt.
final class ConversationGolden {
    /// What the reference's own language says where its caption template is given an answer: it refuses.
    private static final String REFUSES = "can only concatenate";
    private static final long IMAGE = -200;

    private ConversationGolden() {
    }

    static void compare(GoldenCase golden, Compared result) throws IOException, EngineException {
        Path file = golden.folder().resolve("conversation.json");
        if (!Files.exists(file)) {
            return;
        }
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        JsonObject templates = json.getAsJsonObject("templates");
        // The talk itself stands in the form of the first template only.
        Matcher talk = Pattern.compile("USER: (.*?) ASSISTANT: (.*?)</s>USER: (.*?) ASSISTANT: (.*?)</s>",
                Pattern.DOTALL).matcher(templates.getAsJsonObject("v1").get("full_two_rounds").getAsString());
        if (!talk.find()) {
            result.cannot("conversation.json");
            return;
        }
        List<Turn> turns = List.of(new Turn(talk.group(1), Optional.of(talk.group(2))),
                new Turn(talk.group(3), Optional.of(talk.group(4))));
        for (String name : templates.keySet()) {
            template(name, templates.getAsJsonObject(name), turns, result);
        }
        for (Map.Entry<String, JsonElement> mode : json.getAsJsonObject("tokenizer").entrySet()) {
            Path model = golden.folder().resolve("tokenizer.model");
            try (TextTokenizer tokenizer = Tokenizers.openSentencePiece(model, mode.getKey().equals("legacy_True"))) {
                ids(mode.getKey(), mode.getValue().getAsJsonObject(), new Prompts(tokenizer, IMAGE), turns, result);
            }
        }
        json.keySet().stream().filter(k -> !List.of("templates", "tokenizer").contains(k))
                .forEach(k -> result.cannot("conversation." + k));
    }

    private static void template(String name, JsonObject expected, List<Turn> turns, Compared result)
            throws EngineException {
        Template template = Template.named(name);
        for (String key : expected.keySet()) {
            String place = "conversation." + name + "." + key;
            JsonElement want = expected.get(key);
            switch (key) {
                case "system" -> result.exactly(place, template.system(), want.getAsString());
                case "roles" -> result.exactly(place, List.of(template.user(), template.assistant()),
                        want.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList());
                case "sep" -> result.exactly(place, template.separator(), want.getAsString());
                case "sep2" -> result.exactly(place, template.second(),
                        want.isJsonNull() ? Optional.empty() : Optional.of(want.getAsString()));
                case "sep_style" ->
                    result.exactly(place, "SeparatorStyle." + template.style(), want.getAsString());
                case "full_two_rounds" -> {
                    boolean refuses = want.getAsString().startsWith(REFUSES);
                    String got;
                    try {
                        got = template.prompt(turns);
                    } catch (EngineException e) {
                        got = "models.template.answer".equals(e.key()) ? REFUSES : e.key();
                    }
                    result.exactly(place, got, refuses ? REFUSES : want.getAsString());
                }
                case "generation_prompt" -> result.exactly(place, template.prompt(asked(turns)), want.getAsString());
                default -> result.cannot(place);
            }
        }
    }

    private static List<Turn> asked(List<Turn> turns) {
        return List.of(new Turn(turns.getFirst().question(), Optional.empty()));
    }

    private static void ids(String mode, JsonObject expected, Prompts prompts, List<Turn> turns, Compared result)
            throws EngineException {
        Template chat = Template.named("v1");
        Prompts.Taught taught = prompts.rounds(chat, chat.prompt(turns));
        Prompts.Taught caption = prompts.caption(Template.named("plain"), turns.getFirst().answer().orElseThrow());
        for (String key : expected.keySet()) {
            String place = "conversation." + mode + "." + key;
            JsonElement want = expected.get(key);
            switch (key) {
                case "prompt_ids" -> result.exactly(place, list(prompts.read(chat.prompt(asked(turns))).ids()),
                        longs(want));
                case "v1_input_ids" -> result.exactly(place, list(taught.ids()), longs(want));
                case "v1_labels" -> result.exactly(place, list(taught.labels()), longs(want));
                case "plain_input_ids" -> result.exactly(place, list(caption.ids()), longs(want));
                case "plain_labels" -> result.exactly(place, list(caption.labels()), longs(want));
                case "words" -> want.getAsJsonObject().entrySet().forEach(word -> result.exactly(
                        place + "." + word.getKey(),
                        list(prompts.tokenizer().encode(word.getKey(), Integer.MAX_VALUE).ids()),
                        longs(word.getValue())));
                default -> result.cannot(place);
            }
        }
    }

    private static List<Long> list(long[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }

    private static List<Long> longs(JsonElement array) {
        List<Long> out = new ArrayList<>();
        array.getAsJsonArray().forEach(e -> out.add(e.getAsLong()));
        return out;
    }
}
