package org.diptych.engine.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.image.Pictures;

/// Writes rows as a new set, a folder, in the form that they are in: captions as `captions.jsonl`, see [FolderDataset]; the others see [TurnsWriter]. Pictures and their region features stay where they are and are named by their
/// whole path, or by their path in the folder where they lie in it; each row says which part it belongs to.
public final class SetWriter {
    private static final int EVERY = 1000;

    /// Puts into the folder what its rows name.
    @FunctionalInterface
    public interface Before {
        void put() throws EngineException;
    }

    private SetWriter() {
    }

    /// @param folder not there yet, or empty
    /// @param watch  is told now and then how many rows were written; what it throws ends the writing, and nothing is left of it
    /// @return the folder
    /// @throws EngineException when something lies there already, or it cannot be written
    public static Path write(Path folder, List<DataRow> rows, LongConsumer watch) throws EngineException {
        return write(folder, rows, watch, () -> {
        });
    }

    /// @param before runs first, once nothing is in the way
    /// @throws EngineException as [#write(Path, List, LongConsumer)] and as `before` does; then nothing is left of either
    public static Path write(Path folder, List<DataRow> rows, LongConsumer watch, Before before)
            throws EngineException {
        boolean made = Files.notExists(folder);
        if (!made && !empty(folder)) {
            throw new EngineException("data.exists", folder);
        }
        boolean written = false;
        try {
            before.put();
            if (rows.isEmpty() || rows.getFirst().captioned()) {
                lines(folder, rows, watch);
            } else {
                TurnsWriter.write(folder, rows, watch);
            }
            written = true;
        } finally {
            if (!written) {
                clear(folder, made);
            }
        }
        return folder;
    }

    private static void lines(Path folder, List<DataRow> rows, LongConsumer watch) throws EngineException {
        SafeFile.write(folder.resolve(FolderDataset.NAME), channel -> {
            Writer out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8)); // the channel's owner closes it
            for (int i = 0; i < rows.size(); i++) {
                told(i, watch);
                out.write(line(folder, rows.get(i)).toString());
                out.write('\n');
            }
            out.flush();
        });
    }

    /// @param row from 0
    static void told(int row, LongConsumer watch) {
        if (row % EVERY == 0) {
            watch.accept(row);
        }
    }

    /// @return the picture as a file in the folder is to name it
    static String name(Path folder, Path picture) {
        Path own = folder.toAbsolutePath().normalize();
        Path whole = picture.toAbsolutePath().normalize();
        return whole.startsWith(own)
                ? own.relativize(whole).toString().replace('\\', '/')
                : whole.toString();
    }

    /// Writes the pictures of a set that draws them, so that they can be named by their paths.
    ///
    /// @param folder of the pictures
    /// @param from   number of the first one
    /// @param watch  is told before each how many were written; what it throws ends the writing
    /// @return the pairs as rows, the first of which is row `from` + 1
    /// @throws EngineException when the folder cannot be written to
    public static List<DataRow> draw(Path folder, int from, Dataset pairs, DataRow.Part part, LongConsumer watch)
            throws EngineException {
        List<DataRow> rows = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            watch.accept(i);
            Example pair = pairs.example(i);
            Path picture = folder.resolve(String.format(Locale.ROOT, "%06d.png", from + i));
            Pictures.writePng(picture, pair.picture());
            rows.add(new DataRow(from + i + 1, picture, part, pair.caption(), pair.right(), List.of(), List.of()));
        }
        return rows;
    }

    private static boolean empty(Path folder) throws EngineException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.findAny().isEmpty();
        } catch (IOException e) {
            throw new EngineException(e, "data.unreadable", folder, String.valueOf(e.getMessage()));
        }
    }

    /// Nothing lay in the folder before.
    ///
    /// @param all the folder itself too
    private static void clear(Path folder, boolean all) {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path each : inside.sorted(Comparator.reverseOrder()).filter(f -> all || !f.equals(folder)).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            // what is left harms nobody, and why the set was not written is told already
        }
    }

    private static JsonObject line(Path folder, DataRow row) {
        JsonObject json = new JsonObject();
        json.addProperty("image", name(folder, row.picture()));
        json.addProperty("caption", row.caption());
        json.addProperty("split", Found.Part.name(row.part()));
        if (!row.right()) {
            json.addProperty("right", false);
        }
        row.regions().ifPresent(place -> json.addProperty(FolderDataset.REGIONS,
                place.file().toAbsolutePath().normalize().toString()));
        if (!row.boxes().isEmpty()) {
            JsonArray boxes = new JsonArray();
            row.boxes().forEach(boxed -> boxes.add(box(boxed)));
            json.add("boxes", boxes);
        }
        return json;
    }

    private static JsonObject box(DataRow.Boxed boxed) {
        JsonArray corners = new JsonArray();
        corners.add(boxed.box().x1());
        corners.add(boxed.box().y1());
        corners.add(boxed.box().x2());
        corners.add(boxed.box().y2());
        JsonObject out = new JsonObject();
        out.addProperty("label", boxed.label());
        out.add("box", corners);
        return out;
    }
}
