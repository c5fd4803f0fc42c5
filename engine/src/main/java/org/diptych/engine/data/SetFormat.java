package org.diptych.engine.data;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.data.regions.RegionFile;

/// The forms in which pairs are published, told apart by what a file holds; only a table without a heading needs its name.
enum SetFormat {
    LINES, TABLE, COCO, KARPATHY, QUESTIONS, ANSWERS, CONVERSATIONS;

    /// Entries of a list that are looked at: the first ones may be broken.
    private static final int LOOK = 20;
    private static final int MARK = 1 << 16;
    /// List in a file's object -> member of its entries -> the format that has it.
    private static final Map<String, Map<String, SetFormat>> TELLING = Map.of("questions",
            Map.of("question_id", QUESTIONS), "images", Map.of("sentences", KARPATHY), "annotations",
            Map.of("question_id", ANSWERS, "caption", COCO));

    /// @return key of the name
    String key() {
        return "data.format." + name().toLowerCase(Locale.ROOT);
    }

    /// @return the format of a file, empty when it is none of these
    /// @throws IOException when the file cannot be read
    static Optional<SetFormat> of(Path file) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            in.mark(MARK);
            int first = in.read();
            while (first == '\uFEFF' || Character.isWhitespace(first)) {
                in.mark(MARK);
                first = in.read();
            }
            in.reset();
            return switch (first) {
                case '[' -> list(in);
                case '{' -> object(in);
                default -> table(in, file);
            };
        } catch (CharacterCodingException e) {
            return Optional.empty(); // no text
        }
    }

    private static Optional<SetFormat> table(BufferedReader in, Path file) throws IOException {
        String line = in.readLine();
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return line != null && !RegionFile.heads(line)
                && (CaptionTable.heads(line) || name.endsWith(".csv") || name.endsWith(".tsv"))
                        ? Optional.of(TABLE)
                        : Optional.empty();
    }

    private static Optional<SetFormat> list(Reader text) throws IOException {
        JsonReader in = new JsonReader(text); // the caller closes what it reads from
        try {
            return entries(in, Map.of("conversations", CONVERSATIONS));
        } catch (JsonParseException | IllegalStateException | MalformedJsonException e) {
            return Optional.empty();
        }
    }

    private static Optional<SetFormat> object(BufferedReader in) throws IOException {
        in.mark(MARK);
        String line = in.readLine();
        if (line != null && line.length() < MARK && isPair(line)) {
            return Optional.of(LINES);
        }
        in.reset();
        try {
            return members(new JsonReader(in));
        } catch (JsonParseException | IllegalStateException | MalformedJsonException e) {
            return Optional.empty();
        }
    }

    private static boolean isPair(String line) {
        try {
            return JsonParser.parseString(line) instanceof JsonObject entry && entry.has("image")
                    && entry.has("caption");
        } catch (JsonParseException e) {
            return false;
        }
    }

    private static Optional<SetFormat> members(JsonReader in) throws IOException {
        in.beginObject();
        while (in.hasNext()) {
            Map<String, SetFormat> telling = TELLING.getOrDefault(in.nextName(), Map.of());
            if (telling.isEmpty() || in.peek() != JsonToken.BEGIN_ARRAY) {
                in.skipValue();
                continue;
            }
            Optional<SetFormat> told = entries(in, telling);
            if (told.isPresent()) {
                return told;
            }
        }
        return Optional.empty();
    }

    /// Looks at the first entries of a list, and passes over the others.
    private static Optional<SetFormat> entries(JsonReader in, Map<String, SetFormat> telling) throws IOException {
        in.beginArray();
        for (int i = 0; in.hasNext(); i++) {
            if (i >= LOOK) {
                in.skipValue();
            } else if (JsonParser.parseReader(in) instanceof JsonObject entry) {
                Optional<SetFormat> told = telling.keySet().stream().filter(entry::has).findFirst().map(telling::get);
                if (told.isPresent()) {
                    return told;
                }
            }
        }
        in.endArray();
        return Optional.empty();
    }
}
