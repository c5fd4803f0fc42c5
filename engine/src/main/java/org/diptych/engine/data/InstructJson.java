package org.diptych.engine.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Conversation;

/// Conversations in the form of LLaVA-Instruct: `{"id", "image", "conversations": [{"from": "human", "value"}, {"from": "gpt", "value"}, ...]}`.
public final class InstructJson {
    /// What stands for the picture in the first instruction.
    private static final String IMAGE = "<image>";
    private static final String ASKS = "human";
    private static final String ANSWERS = "gpt";

    private InstructJson() {
    }

    /// @param id    without the form, which is put behind it
    /// @param image the picture's path in the folder
    public static JsonObject of(String id, String image, Conversation conversation) {
        return of(id + "-" + conversation.form(), image, conversation.turns());
    }

    /// @param id as it is to be written
    static JsonObject of(String id, String image, List<Conversation.Turn> said) {
        JsonObject out = new JsonObject();
        out.addProperty("id", id);
        out.addProperty("image", image);
        JsonArray turns = new JsonArray();
        for (Conversation.Turn turn : said) {
            String question = turn.question().isEmpty() ? IMAGE : turn.question(); // a turn of nothing but the picture
            turns.add(turn(ASKS, (turns.isEmpty() ? IMAGE + "\n" : "") + question));
            turns.add(turn(ANSWERS, turn.answer()));
        }
        out.add("conversations", turns);
        return out;
    }

    private static JsonObject turn(String from, String value) {
        JsonObject out = new JsonObject();
        out.addProperty("from", from);
        out.addProperty("value", value);
        return out;
    }

    /// @return the turns of an entry, the picture's place taken out; nothing where they do not alternate, beginning with a question and ending with an answer
    public static Optional<List<Conversation.Turn>> turns(JsonObject entry) {
        if (!(entry.get("conversations") instanceof JsonArray said) || said.isEmpty() || said.size() % 2 != 0) {
            return Optional.empty();
        }
        List<Conversation.Turn> turns = new ArrayList<>();
        for (int i = 0; i < said.size(); i += 2) {
            Optional<String> question = said(said.get(i), ASKS);
            Optional<String> answer = said(said.get(i + 1), ANSWERS);
            if (question.isEmpty() || answer.isEmpty()) {
                return Optional.empty();
            }
            turns.add(new Conversation.Turn(question.get().replace(IMAGE, "").strip(), answer.get()));
        }
        return Optional.of(turns);
    }

    private static Optional<String> said(JsonElement element, String from) {
        if (element instanceof JsonObject turn && turn.has("from") && turn.has("value")
                && turn.get("from").isJsonPrimitive() && turn.get("value").isJsonPrimitive()
                && turn.get("from").getAsString().equals(from)) {
            String value = turn.get("value").getAsString().strip();
            return value.isEmpty() ? Optional.empty() : Optional.of(value);
        }
        return Optional.empty();
    }
}
