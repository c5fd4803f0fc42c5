package org.diptych.engine.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataRow.Boxed;
import org.diptych.engine.api.DataRow.Part;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.regions.SetRegions;
import org.diptych.engine.image.Pictures;

/// A person's own pictures: a folder with `captions.jsonl`, one `{"image": "cat.png", "caption": "a cat"}` a line (with `"right": false` where a caption is known to be wrong, `"boxes": [{"label": "cat", "box": [x1, y1, x2, y2]}]` in pixels where things are known, and `"regions": "cat.npz"` for region features that are not found by the picture's name, see [SetRegions]), or `captions.csv` with the same two columns. Lines may say
/// what they are for, `"split": "train"`, `"val"` or `"test"`; else every fifth pair is kept for validation. Lines that cannot be used are left out and counted.
public final class FolderDataset implements Dataset {
    /// What its file is called in a folder.
    static final String NAME = "captions.jsonl";
    /// Names a line's file of region features.
    static final String REGIONS = "regions";
    private static final int VALIDATION_EVERY = 5;

    /// @param at   its line, from 1
    /// @param said what the line is for
    private record Row(int at, Path image, String caption, boolean right, List<Boxed> boxes, Found.Part said) {
        DataRow shown(Part part, SetRegions.Held regions) {
            return new DataRow(at, image, part, caption, right, boxes, List.of(), regions.place(image));
        }
    }

    private final String name;
    private final List<Row> rows;
    private final int skipped;
    private final SetRegions.Held regions;

    private FolderDataset(String name, List<Row> rows, Found found) {
        this.name = name;
        this.rows = rows;
        skipped = found.skipped();
        regions = found.regions().held();
    }

    /// @param parts of the rows: as they say themselves where some are for learning and some for validation
    private record Lines(List<Row> rows, List<Part> parts, Found found) {
        static Lines of(List<Row> rows, Found found) {
            return new Lines(rows, Found.Part.divided(rows.stream().map(Row::said).toList())
                    .orElseGet(() -> IntStream.range(0, rows.size())
                            .mapToObj(i -> i % VALIDATION_EVERY == VALIDATION_EVERY - 1 ? Part.VALIDATION : Part.TRAIN)
                            .toList()),
                    found);
        }

        int count(Part part) {
            return Collections.frequency(parts, part);
        }
    }

    /// @param most       pairs at most
    /// @param validation the kept fifth, else the rest
    /// @throws EngineException when there is no caption file, or too few usable lines
    public static FolderDataset open(Path folder, int most, boolean validation) throws EngineException {
        return part(folder, read(folder), most, validation);
    }

    private static FolderDataset part(Path source, Lines lines, int most, boolean validation) throws EngineException {
        Part wanted = validation ? Part.VALIDATION : Part.TRAIN;
        List<Row> part = IntStream.range(0, lines.rows().size()).filter(i -> lines.parts().get(i) == wanted).limit(most)
                .mapToObj(lines.rows()::get).toList();
        return of(source, part, lines);
    }

    /// @param source as the plan names it
    /// @param file   of one pair a line
    /// @param found  still empty
    static OpenedSet opened(Path source, Path file, Found found) throws IOException, EngineException {
        Lines lines = lines(file, found);
        PairSet.distinct(source, lines.rows().stream().map(Row::caption).toList());
        SetRegions.Held regions = lines.found().regions().held();
        SetReport report = new SetReport(source, SetFormat.LINES.key(), lines.count(Part.TRAIN),
                lines.count(Part.VALIDATION), lines.count(Part.UNUSED), 0, lines.found().skipped(),
                lines.found().broken(), regions.facts());
        return new OpenedSet() {
            @Override
            public SetReport report() {
                return report;
            }

            @Override
            public Set<String> without() {
                return lines.found().without();
            }

            @Override
            public List<DataRow> rows() {
                return IntStream.range(0, lines.rows().size())
                        .mapToObj(i -> lines.rows().get(i).shown(lines.parts().get(i), regions)).toList();
            }

            @Override
            public Dataset train(int most) throws EngineException {
                return part(source, lines, most, false);
            }

            @Override
            public Dataset validation(int most) throws EngineException {
                return part(source, lines, most, true);
            }
        };
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
            throw new EngineException("data.few", folder, lines.rows().size(), lines.found().skipped());
        }
        return new FolderDataset(folder.toString(), part, lines.found());
    }

    private static Lines read(Path folder) throws EngineException {
        Path lines = folder.resolve(NAME);
        Path table = folder.resolve("captions.csv");
        if (!Files.exists(lines) && !Files.exists(table)) {
            throw new EngineException("data.captions", folder);
        }
        try {
            if (Files.exists(lines)) {
                return lines(lines, new Found());
            }
            Found found = new Found();
            CaptionTable.read(table, found);
            return Lines.of(found.pairs().stream()
                    .map(p -> new Row(p.row(), p.image(), p.caption(), true, List.of(), p.part())).toList(), found);
        } catch (IOException e) {
            throw new EngineException(e, "data.unreadable", folder, String.valueOf(e.getMessage()));
        }
    }

    private static Lines lines(Path file, Found found) throws IOException {
        PictureFiles pictures = new PictureFiles(file, List.of());
        List<Row> all = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).startsWith("\uFEFF") ? lines.get(i).substring(1) : lines.get(i);
            found.seen(i + 1);
            if (!line.isBlank()) {
                row(line, i + 1, pictures, found).ifPresent(all::add);
            }
        }
        return Lines.of(all, found);
    }

    private static Optional<Row> row(String line, int row, PictureFiles pictures, Found found) {
        try {
            if (!(JsonParser.parseString(line) instanceof JsonObject json)) {
                found.skip(row, "object");
                return Optional.empty();
            }
            boolean right = !json.has("right") || json.get("right").getAsBoolean();
            List<Boxed> boxes = boxes(json);
            Found.Part said = Found.Part.said(json);
            Optional<String> caption = JsonRows.text(json, "caption", row, found);
            return caption.isEmpty()
                    ? Optional.empty()
                    : JsonRows.text(json, "image", row, found)
                            .flatMap(name -> pictures.take(name, regions(json), row, found))
                            .map(image -> new Row(row, image, caption.get(), right, boxes, said));
        } catch (JsonParseException | IllegalStateException | NullPointerException | UnsupportedOperationException
                | NumberFormatException e) {
            found.skip(row, "object");
            return Optional.empty();
        }
    }

    private static Optional<String> regions(JsonObject json) {
        return json.get(REGIONS) instanceof JsonPrimitive file
                ? Optional.of(file.getAsString())
                : Optional.empty();
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

    @Override
    public Example example(int index) throws EngineException {
        Row row = rows.get(index);
        Picture picture = Pictures.read(row.image);
        return new Example(row.image.getFileName().toString(), picture, row.caption, row.right,
                OwnMore.of(List.of(), regions.of(row.image, picture)));
    }

    @Override
    public OptionalInt classes(Task task) {
        return regions.classes(task);
    }

    @Override
    public Optional<RegionFacts> regions() {
        return regions.taken();
    }
}
