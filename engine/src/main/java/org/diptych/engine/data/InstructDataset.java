package org.diptych.engine.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.image.Pictures;

/// Conversations about pictures in LLaVA's form: a JSON list, see [InstructJson], whose pictures lie beside the file or below it. Every fifth picture is kept for
/// validation with all its conversations. Entries that cannot be used are left out and counted; the first answer serves as caption.
public final class InstructDataset implements Dataset {
    /// What such a file is called in a folder.
    public static final String NAME = "instructions.json";
    private static final int VALIDATION_EVERY = 5;

    private record Row(String id, Path image, Conversation conversation) {
    }

    private final String name;
    private final List<Row> rows;

    private InstructDataset(String name, List<Row> rows) {
        this.name = name;
        this.rows = rows;
    }

    /// @return the file of conversations that a plan's source names, if it names one
    public static Optional<Path> file(Path source) {
        if (Files.isDirectory(source)) {
            return Optional.of(source.resolve(NAME)).filter(Files::isRegularFile);
        }
        return source.getFileName() != null && source.getFileName().toString().endsWith(".json")
                ? Optional.of(source)
                : Optional.empty();
    }

    /// @param most       conversations at most
    /// @param validation those of the kept fifth, else the rest
    /// @throws EngineException when the file is no such list, or has too few usable entries
    public static InstructDataset open(Path file, int most, boolean validation) throws EngineException {
        List<Row> all = new ArrayList<>();
        int skipped = 0;
        for (JsonElement entry : list(file)) {
            Optional<Row> row = row(file.toAbsolutePath().getParent(), entry);
            if (row.isPresent()) {
                all.add(row.get());
            } else {
                skipped++;
            }
        }
        Map<Path, Integer> pictures = new LinkedHashMap<>();
        List<Row> part = new ArrayList<>();
        for (Row row : all) {
            pictures.putIfAbsent(row.image, pictures.size());
            boolean kept = pictures.get(row.image) % VALIDATION_EVERY == VALIDATION_EVERY - 1;
            if (kept == validation && part.size() < most) {
                part.add(row);
            }
        }
        if (part.size() < 2) {
            throw new EngineException("data.instructions.few", file, all.size(), skipped);
        }
        return new InstructDataset(file.toString(), part);
    }

    private static JsonArray list(Path file) throws EngineException {
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonArray();
        } catch (IOException e) {
            throw new EngineException(e, "data.unreadable", file, String.valueOf(e.getMessage()));
        } catch (JsonParseException | IllegalStateException e) {
            throw new EngineException(e, "data.instructions.form", file, String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Row> row(Path folder, JsonElement entry) {
        if (!(entry instanceof JsonObject json) || !json.has("image") || !json.get("image").isJsonPrimitive()) {
            return Optional.empty();
        }
        try {
            Path image = folder.resolve(json.get("image").getAsString()).normalize();
            String id = json.has("id") && json.get("id").isJsonPrimitive() ? json.get("id").getAsString() : "";
            return InstructJson.turns(json).filter(_ -> Files.isRegularFile(image))
                    .map(turns -> new Row(id, image, new Conversation("conversation", turns)));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return rows.size();
    }

    @Override
    public Example example(int index) throws EngineException {
        Row row = rows.get(index);
        return new Example(row.id, Pictures.read(row.image), row.conversation.turns().getFirst().answer(), true,
                new More() {
                    @Override
                    public List<Conversation> conversations() {
                        return List.of(row.conversation);
                    }
                });
    }
}
