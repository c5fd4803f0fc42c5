package org.diptych.engine.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Lists in JSON files that are too large to be held as a tree: one entry at a time is.
final class JsonRows {
    interface Row {
        /// @param row from 1
        void take(int row, JsonObject entry);
    }

    private JsonRows() {
    }

    /// Goes once through an object whose members may come in any order.
    ///
    /// @param lists name of a list -> what takes its entries; other members are passed over
    /// @param found is told of entries that are no objects
    /// @return the text members among the object's own
    static JsonObject read(Path file, Map<String, Row> lists, Found found) throws IOException {
        JsonObject texts = new JsonObject();
        try (JsonReader in = new JsonReader(Files.newBufferedReader(file))) {
            in.beginObject();
            while (in.hasNext()) {
                String name = in.nextName();
                if (lists.containsKey(name) && in.peek() == JsonToken.BEGIN_ARRAY) {
                    list(in, lists.get(name), found);
                } else if (in.peek() == JsonToken.STRING) {
                    texts.addProperty(name, in.nextString());
                } else {
                    in.skipValue();
                }
            }
            in.endObject();
        }
        return texts;
    }

    /// Takes the list that the reader stands before.
    static void list(JsonReader in, Row each, Found found) throws IOException {
        in.beginArray();
        for (int row = 1; in.hasNext(); row++) {
            found.seen(row);
            if (JsonParser.parseReader(in) instanceof JsonObject entry) {
                each.take(row, entry);
            } else {
                found.skip(row, "object");
            }
        }
        in.endArray();
    }

    /// Says in `found` why the entry has no such text.
    ///
    /// @return the text without spaces around it, when it is one and not empty
    static Optional<String> text(JsonObject entry, String name, int row, Found found) {
        JsonElement value = entry.has(name) ? entry.get(name) : JsonNull.INSTANCE;
        if (value.isJsonNull() || value instanceof JsonPrimitive p && p.isString() && p.getAsString().isBlank()) {
            found.skip(row, "empty", name);
        } else if (value instanceof JsonPrimitive p && p.isString()) {
            return Optional.of(p.getAsString().strip());
        } else {
            found.skip(row, "type", name);
        }
        return Optional.empty();
    }

    /// Says in `found` why the entry has no such number.
    ///
    /// @return the whole number, whether it is written as one or, as some do, in quotes
    static OptionalLong number(JsonObject entry, String name, int row, Found found) {
        try {
            if (entry.get(name) instanceof JsonPrimitive p && !p.isBoolean()) {
                return OptionalLong.of(Long.parseLong(p.getAsString().strip()));
            }
        } catch (NumberFormatException e) {
            found.skip(row, "number", name);
            return OptionalLong.empty();
        }
        found.skip(row, "number", name);
        return OptionalLong.empty();
    }
}
