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
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.image.Pictures;

/// A person's own pictures: a folder with `captions.jsonl`, one `{"image": "cat.png", "caption": "a cat"}` a line (with `"right": false` where a caption is known to be wrong, and `"boxes": [{"label": "cat", "box": [x1, y1, x2, y2]}]` in pixels where things are known), or `captions.csv` with the same two columns. Every
/// fifth pair is kept for validation. Lines that cannot be used are left out and counted.
public final class FolderDataset implements Dataset {
    private static final int VALIDATION_EVERY = 5;

    /// @param label what is in it
    public record Boxed(String label, Box box) {
    }

    private record Row(Path image, String caption, boolean right, List<Boxed> boxes) {
    }

    private final String name;
    private final List<Row> rows;
    private final int skipped;

    private FolderDataset(String name, List<Row> rows, int skipped) {
        this.name = name;
        this.rows = rows;
        this.skipped = skipped;
    }

    private record Lines(List<Row> rows, int skipped) {
    }

    /// @param most       pairs at most
    /// @param validation the kept fifth, else the rest
    /// @throws EngineException when there is no caption file, or too few usable lines
    public static FolderDataset open(Path folder, int most, boolean validation) throws EngineException {
        Lines lines = read(folder);
        List<Row> part = new ArrayList<>();
        for (int i = 0; i < lines.rows().size() && part.size() < most; i++) {
            if (i % VALIDATION_EVERY == VALIDATION_EVERY - 1 == validation) {
                part.add(lines.rows().get(i));
            }
        }
        return of(folder, part, lines);
    }

    /// Every pair, none kept for validation.
    ///
    /// @throws EngineException when there is no caption file, or too few usable lines
    public static FolderDataset whole(Path folder) throws EngineException {
        Lines lines = read(folder);
        return of(folder, lines.rows(), lines);
    }

    private static FolderDataset of(Path folder, List<Row> part, Lines lines) throws EngineException {
        if (part.size() < 2) {
            throw new EngineException("data.few", folder, lines.rows().size(), lines.skipped());
        }
        return new FolderDataset(folder.toString(), part, lines.skipped());
    }

    private static Lines read(Path folder) throws EngineException {
        Path lines = folder.resolve("captions.jsonl");
        Path table = folder.resolve("captions.csv");
        if (!Files.exists(lines) && !Files.exists(table)) {
            throw new EngineException("data.captions", folder);
        }
        List<Row> all = new ArrayList<>();
        int skipped = 0;
        try {
            boolean json = Files.exists(lines);
            for (String read : Files.readAllLines(json ? lines : table)) {
                String line = read.startsWith("\uFEFF") ? read.substring(1) : read; // spreadsheets mark UTF-8 so
                if (line.isBlank() || !json && line.replace(" ", "").equalsIgnoreCase("image,caption")) {
                    continue;
                }
                Optional<Row> row = json ? fromJson(folder, line) : fromTable(folder, line);
                if (row.isPresent()) {
                    all.add(row.get());
                } else {
                    skipped++;
                }
            }
        } catch (IOException e) {
            throw new EngineException(e, "data.unreadable", folder, String.valueOf(e.getMessage()));
        }
        return new Lines(all, skipped);
    }

    private static Optional<Row> fromJson(Path folder, String line) {
        try {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            boolean right = !json.has("right") || json.get("right").getAsBoolean();
            return row(folder, json.get("image").getAsString(), json.get("caption").getAsString(), right,
                    boxes(json));
        } catch (JsonParseException | IllegalStateException | NullPointerException | UnsupportedOperationException
                | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static List<Boxed> boxes(JsonObject json) {
        List<Boxed> out = new ArrayList<>();
        if (json.has("boxes")) {
            for (JsonElement one : json.getAsJsonArray("boxes")) {
                JsonArray box = one.getAsJsonObject().getAsJsonArray("box");
                if (box.size() != 4) {
                    throw new IllegalStateException("box");
                }
                out.add(new Boxed(one.getAsJsonObject().get("label").getAsString(), new Box(box.get(0).getAsFloat(),
                        box.get(1).getAsFloat(), box.get(2).getAsFloat(), box.get(3).getAsFloat())));
            }
        }
        return out;
    }

    private static Optional<Row> fromTable(Path folder, String line) {
        List<String> cells = cells(line);
        return cells.size() < 2
                ? Optional.empty()
                : row(folder, cells.get(0).strip(), cells.get(1).strip(), true, List.of());
    }

    /// The first two cells of a line; a second without quotes takes the rest, since captions have commas that no one thought of quoting.
    private static List<String> cells(String line) {
        List<String> out = new ArrayList<>();
        int at = 0;
        while (out.size() < 2 && at <= line.length()) {
            if (at < line.length() && line.charAt(at) == '"') {
                StringBuilder cell = new StringBuilder();
                int i = at + 1;
                while (i < line.length() && (line.charAt(i) != '"' || line.startsWith("\"\"", i))) {
                    cell.append(line.charAt(i));
                    i += line.charAt(i) == '"' ? 2 : 1;
                }
                out.add(cell.toString());
                int comma = line.indexOf(',', Math.min(i, line.length()));
                at = comma < 0 ? line.length() + 1 : comma + 1;
            } else {
                int comma = out.isEmpty() ? line.indexOf(',', at) : -1;
                int end = comma < 0 ? line.length() : comma;
                out.add(line.substring(at, end));
                at = end + 1;
            }
        }
        return out;
    }

    private static Optional<Row> row(Path folder, String image, String caption, boolean right,
            List<Boxed> boxes) {
        try {
            Path file = folder.resolve(image);
            return Files.isRegularFile(file) && !caption.isBlank()
                    ? Optional.of(new Row(file, caption, right, boxes))
                    : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /// @return lines that could not be used
    public int skipped() {
        return skipped;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return rows.size();
    }

    public Path image(int index) {
        return rows.get(index).image;
    }

    public String caption(int index) {
        return rows.get(index).caption;
    }

    /// @return false where the set itself says that the caption is wrong
    public boolean right(int index) {
        return rows.get(index).right;
    }

    /// @return what is known to be where in the picture
    public List<Boxed> boxes(int index) {
        return rows.get(index).boxes;
    }

    @Override
    public Example example(int index) throws EngineException {
        Row row = rows.get(index);
        return new Example(row.image.getFileName().toString(), Pictures.read(row.image), row.caption, row.right);
    }
}
