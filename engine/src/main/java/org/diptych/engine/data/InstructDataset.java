package org.diptych.engine.data;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.image.Pictures;

/// Conversations about pictures in LLaVA's form: a JSON list, see [InstructJson], whose pictures lie beside the file or below it. Entries may say what they
/// are for, as `"split": "train"`, `"val"` or `"test"`, which LLaVA's own do not; else every fifth picture is kept for validation with all its conversations. Entries that cannot be used are left out and counted; the first answer serves as caption.
public final class InstructDataset implements Dataset {
    /// What such a file is called in a folder.
    public static final String NAME = "instructions.json";
    private static final int VALIDATION_EVERY = 5;

    /// LLaVA's own lists name COCO's pictures without their folder.
    private static final List<String> FOLDERS = List.of("train2017", "train2014");

    /// @param at   from 1
    /// @param said what the entry is for
    private record Row(int at, String id, Path image, Conversation conversation, Found.Part said) {
        String caption() {
            return conversation.turns().getFirst().answer();
        }

        DataRow shown(DataRow.Part part) {
            return new DataRow(at, image, part, caption(), true, List.of(), conversation.turns());
        }
    }

    private final String name;
    private final List<Row> rows;

    private InstructDataset(String name, List<Row> rows) {
        this.name = name;
        this.rows = rows;
    }

    /// @param most       conversations at most
    /// @param validation those of the kept fifth, else the rest
    /// @throws EngineException when the file is no such list, or has too few usable entries
    public static InstructDataset open(Path file, int most, boolean validation) throws EngineException {
        return part(file, read(file, new Found()), most, validation);
    }

    private record Entries(List<Row> rows, List<DataRow.Part> parts, Found found) {
        static Entries of(List<Row> rows, Found found) {
            return new Entries(rows, Found.Part.divided(rows.stream().map(Row::said).toList())
                    .orElseGet(() -> fifths(rows)), found);
        }

        private static List<DataRow.Part> fifths(List<Row> rows) {
            Map<Path, Integer> pictures = new LinkedHashMap<>();
            List<DataRow.Part> out = new ArrayList<>();
            for (Row row : rows) {
                pictures.putIfAbsent(row.image, pictures.size());
                out.add(pictures.get(row.image) % VALIDATION_EVERY == VALIDATION_EVERY - 1
                        ? DataRow.Part.VALIDATION
                        : DataRow.Part.TRAIN);
            }
            return out;
        }

        List<Row> part(DataRow.Part wanted) {
            return IntStream.range(0, rows.size()).filter(i -> parts.get(i) == wanted).mapToObj(rows::get).toList();
        }

        List<DataRow> shown() {
            return IntStream.range(0, rows.size()).mapToObj(i -> rows.get(i).shown(parts.get(i))).toList();
        }
    }

    private static InstructDataset part(Path file, Entries all, int most, boolean validation) throws EngineException {
        List<Row> part = all.part(validation ? DataRow.Part.VALIDATION : DataRow.Part.TRAIN).stream().limit(most)
                .toList();
        if (part.size() < 2) {
            throw new EngineException("data.instructions.few", file, all.rows.size(), all.found.skipped());
        }
        return new InstructDataset(file.toString(), part);
    }

    /// @param found still empty
    static OpenedSet opened(Path file, Found found) throws EngineException {
        Entries all = read(file, found);
        PairSet.distinct(file, all.rows.stream().map(Row::caption).toList());
        SetReport report = new SetReport(file, SetFormat.CONVERSATIONS.key(),
                all.part(DataRow.Part.TRAIN).size(), all.part(DataRow.Part.VALIDATION).size(),
                all.part(DataRow.Part.UNUSED).size(), 0, all.found.skipped(), all.found.broken());
        return new OpenedSet() {
            @Override
            public SetReport report() {
                return report;
            }

            @Override
            public Set<String> without() {
                return all.found().without();
            }

            @Override
            public List<DataRow> rows() {
                return all.shown();
            }

            @Override
            public Dataset train(int most) throws EngineException {
                return part(file, all, most, false);
            }

            @Override
            public Dataset validation(int most) throws EngineException {
                return part(file, all, most, true);
            }
        };
    }

    private static Entries read(Path file, Found found) throws EngineException {
        List<Row> rows = new ArrayList<>();
        PictureFiles pictures = new PictureFiles(file, FOLDERS);
        try (JsonReader in = new JsonReader(Files.newBufferedReader(file))) {
            JsonRows.list(in, (row, entry) -> row(row, entry, pictures, found).ifPresent(rows::add), found);
        } catch (MalformedJsonException | EOFException | JsonParseException | IllegalStateException e) {
            throw new EngineException(e, "data.instructions.form", file, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new EngineException(e, "data.unreadable", file, String.valueOf(e.getMessage()));
        }
        return Entries.of(rows, found);
    }

    private static Optional<Row> row(int row, JsonObject entry, PictureFiles pictures, Found found) {
        Optional<String> image = JsonRows.text(entry, "image", row, found);
        if (image.isEmpty()) {
            return Optional.empty();
        }
        Optional<List<Conversation.Turn>> turns = InstructJson.turns(entry);
        if (turns.isEmpty()) {
            found.skip(row, "turns");
            return Optional.empty();
        }
        String id = entry.has("id") && entry.get("id").isJsonPrimitive() ? entry.get("id").getAsString() : "";
        return pictures.take(image.get(), row, found)
                .map(file -> new Row(row, id, file, new Conversation("conversation", turns.get()),
                        Found.Part.said(entry)));
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
        return new Example(row.id, Pictures.read(row.image), row.caption(), true,
                new More() {
                    @Override
                    public List<Conversation> conversations() {
                        return List.of(row.conversation);
                    }
                });
    }
}
