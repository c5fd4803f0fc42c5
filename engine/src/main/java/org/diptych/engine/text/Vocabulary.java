package org.diptych.engine.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Pieces and their ids, as a `tokenizer.json` lists them.
final class Vocabulary {
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, String> pieces = new HashMap<>();
    private final Set<Integer> added = new HashSet<>();
    private int size;

    /// @throws RuntimeException of Gson's when the JSON is not laid out as a tokenizer's
    Vocabulary(JsonObject json) {
        JsonElement rows = json.getAsJsonObject("model").get("vocab");
        if (rows instanceof JsonArray list) {
            for (int id = 0; id < list.size(); id++) {
                put(list.get(id).getAsJsonArray().get(0).getAsString(), id);
            }
        } else {
            rows.getAsJsonObject().entrySet().forEach(e -> put(e.getKey(), e.getValue().getAsInt()));
        }
        if (json.get("added_tokens") instanceof JsonArray tokens) {
            for (JsonElement each : tokens) {
                JsonObject token = each.getAsJsonObject();
                int id = token.get("id").getAsInt();
                put(token.get("content").getAsString(), id);
                added.add(id);
            }
        }
    }

    private void put(String piece, int id) {
        ids.put(piece, id);
        pieces.put(id, piece);
        size = Math.max(size, id + 1);
    }

    /// @return one more than the highest id
    int size() {
        return size;
    }

    OptionalInt id(String piece) {
        Integer id = ids.get(piece);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /// @return the first of several names that is a piece
    OptionalInt firstOf(String... names) {
        for (String name : names) {
            if (ids.containsKey(name)) {
                return OptionalInt.of(ids.get(name));
            }
        }
        return OptionalInt.empty();
    }

    Optional<String> piece(int id) {
        return Optional.ofNullable(pieces.get(id));
    }

    /// @return true for a piece that is cut out of a text whole, such as `[MASK]`
    boolean added(int id) {
        return added.contains(id);
    }
}
