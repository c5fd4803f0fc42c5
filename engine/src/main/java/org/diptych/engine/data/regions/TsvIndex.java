package org.diptych.engine.data.regions;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RegionPlace;

/// Where the lines of a table of region features ([TsvRegions]) begin, and how many numbers each has. The table is gone through once without decoding any of it.
final class TsvIndex {
    private static final int BLOCK = 1 << 20;
    /// Characters of a cell that are looked at: names and counts are shorter.
    private static final int TEXT = 256;
    private static final int EVERY = 64;

    /// One line: the regions of a picture, or why they cannot be read.
    record Line(RegionPlace place, Optional<Look> look, Optional<Message> why) {
    }

    /// What is known of a cell that is not decoded.
    private static final class Cell {
        final StringBuilder begin = new StringBuilder();
        long length;
        int padding;

        void add(byte b) {
            if (length++ < TEXT) {
                begin.append((char) b);
            }
            padding += b == '=' ? 1 : 0;
        }

        /// @return bytes that the cell's base64 stands for
        long bytes() {
            return length / 4 * 3 - padding;
        }
    }

    private final Path file;
    private final Map<String, Line> lines = new HashMap<>();
    private Optional<Line> only = Optional.empty();

    private TsvIndex(Path file) {
        this.file = file;
    }

    /// @param between called now and then; may throw to stop
    static TsvIndex of(Path file, Runnable between) throws EngineException {
        TsvIndex index = new TsvIndex(file);
        try (InputStream in = Files.newInputStream(file)) {
            index.read(in, between);
        } catch (IOException e) {
            throw new EngineException(e, "data.regions.unreadable", file, String.valueOf(e.getMessage()));
        }
        return index;
    }

    /// @return true for a file that begins as such a table does
    static boolean begins(Path file) {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            String line = in.readLine();
            return line != null && TsvRegions.heads(line);
        } catch (IOException e) {
            return false; // no text, or none that can be read
        }
    }

    private void read(InputStream in, Runnable between) throws IOException {
        byte[] block = new byte[BLOCK];
        long at = 0;
        long begun = 0;
        List<Cell> cells = new ArrayList<>(List.of(new Cell()));
        for (int n = in.read(block); n >= 0; n = in.read(block)) {
            for (int i = 0; i < n; i++) {
                at++;
                switch (block[i]) {
                    case '\n' -> {
                        line(cells, begun, between);
                        begun = at;
                        cells = new ArrayList<>(List.of(new Cell()));
                    }
                    case '\t' -> cells.add(new Cell());
                    case '\r' -> {
                        // belongs to the line's end
                    }
                    default -> cells.getLast().add(block[i]);
                }
            }
        }
        line(cells, begun, between);
    }

    private void line(List<Cell> cells, long begun, Runnable between) {
        String id = cells.getFirst().begin.toString();
        if (id.isEmpty() || id.equals(TsvRegions.ATTENTION.getFirst()) || id.equals(TsvRegions.OBJECTS.getFirst())) {
            return;
        }
        RegionPlace place = new RegionPlace(file, begun);
        Line line = look(cells).map(l -> new Line(place, Optional.of(l), Optional.empty()))
                .orElseGet(() -> new Line(place, Optional.empty(),
                        Optional.of(Message.of("data.regions.detail.columns", cells.size()))));
        only = lines.isEmpty() ? Optional.of(line) : Optional.empty();
        lines.putIfAbsent(id.matches("\\d+") ? TsvRegions.number(id) : id, line);
        if (lines.size() % EVERY == 0) {
            between.run();
        }
    }

    private Optional<Look> look(List<Cell> cells) {
        boolean objects = cells.size() == TsvRegions.OBJECTS.size();
        List<String> columns = objects ? TsvRegions.OBJECTS : TsvRegions.ATTENTION;
        if (cells.size() != columns.size() && cells.size() != TsvRegions.ATTENTION.size() + 1) {
            return Optional.empty();
        }
        String counted = cells.get(columns.indexOf("num_boxes")).begin.toString();
        int count = counted.matches("\\d{1,6}") ? Integer.parseInt(counted) : 0;
        long features = cells.get(columns.indexOf("features")).bytes();
        if (count == 0 || features == 0 || features % (4L * count) != 0
                || cells.get(columns.indexOf("boxes")).bytes() != 16L * count) {
            return Optional.empty();
        }
        int shares = cells.size() > TsvRegions.ATTENTION.size() && !objects
                ? (int) (cells.getLast().bytes() / (4L * count))
                : 0;
        return Optional.of(new Look(count, (int) (features / (4L * count)),
                Detected.classes(file, objects && cells.get(3).bytes() == 8L * count, shares),
                Detected.kinds(file, objects && cells.get(5).bytes() == 8L * count)));
    }

    /// @param stem   name of a picture's file without its ending; a table of one line that is called so needs no other name
    /// @param number at the stem's end
    Optional<Line> find(String stem, String number) {
        return Optional.ofNullable(lines.get(stem)).or(() -> Optional.ofNullable(lines.get(number)))
                .or(() -> only.filter(l -> TsvRegions.stem(file.getFileName().toString()).equals(stem)));
    }
}
