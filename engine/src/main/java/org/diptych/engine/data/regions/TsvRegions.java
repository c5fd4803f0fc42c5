package org.diptych.engine.data.regions;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;

/// A table of many pictures, one a line, its arrays as base64 of little-endian numbers. The columns tell which of two sets it is:
///
/// * `image_id image_w image_h num_boxes boxes features`, perhaps with `cls_prob` behind, all fp32
///   (peteanderson80/bottom-up-attention `tools/read_tsv.py`);
/// * `img_id img_h img_w objects_id objects_conf attrs_id attrs_conf num_boxes boxes features`, the ids int64 (airsplay/lxmert `src/utils.py`).
///
/// Such files go beyond 20 GB, so lines are passed over undecoded until the wanted one.
record TsvRegions(Path file, Runnable between) {
    static final List<String> ATTENTION = List.of("image_id", "image_w", "image_h", "num_boxes", "boxes",
            "features");
    static final List<String> OBJECTS = List.of("img_id", "img_h", "img_w", "objects_id", "objects_conf",
            "attrs_id", "attrs_conf", "num_boxes", "boxes", "features");
    private static final int LONGEST_LINE = 128 << 20;
    private static final int BLOCK = 1 << 16;

    private record Line(List<String> columns, String[] cells) {
        String get(String column) {
            return cells[columns.indexOf(column)];
        }
    }

    /// @param picture name of the picture's file: its line is the one whose id is this name without its ending, or the number it ends with; a file of one line needs no
    ///                name
    Table read(String picture) throws EngineException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BLOCK)) {
            Optional<String> first = Optional.empty();
            int lines = 0;
            while (true) {
                Optional<String> line = next(in);
                if (line.isEmpty()) {
                    break;
                }
                String id = line.get().substring(0, Math.max(0, line.get().indexOf('\t')));
                if (ATTENTION.getFirst().equals(id) || OBJECTS.getFirst().equals(id)) {
                    continue; // names of the columns
                }
                if (named(id, picture)) {
                    return table(cells(line.get()));
                }
                first = first.isPresent() ? first : line;
                lines++;
                between.run();
            }
            if (lines != 1) {
                throw new EngineException("data.regions.picture", file.getFileName(), lines, picture);
            }
            return table(cells(first.orElseThrow()));
        } catch (IOException e) {
            throw new EngineException(e, "data.regions.unreadable", file, String.valueOf(e.getMessage()));
        }
    }

    /// @param at byte at which the line begins
    Table read(long at) throws EngineException {
        try (SeekableByteChannel channel = Files.newByteChannel(file);
                InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(at)), BLOCK)) {
            return table(cells(next(in).orElseThrow(() -> damaged(null, Message.of("data.regions.detail.short")))));
        } catch (IOException e) {
            throw new EngineException(e, "data.regions.unreadable", file, String.valueOf(e.getMessage()));
        }
    }

    /// `COCO_val2014_000000393267.jpg` is picture `COCO_val2014_000000393267` of one set and 393267 of the other.
    static boolean named(String id, String picture) {
        return id.equals(stem(picture)) || id.matches("\\d+") && number(id).equals(number(stem(picture)));
    }

    /// @return true for the names of the columns, and for a line that has as many cells and numbers where they belong
    static boolean heads(String line) {
        String[] cells = line.split("\t", -1);
        List<String> columns = cells.length == OBJECTS.size() ? OBJECTS : ATTENTION;
        return (cells.length == columns.size() || cells.length == ATTENTION.size() + 1)
                && (cells[0].equals(columns.getFirst()) || cells[columns.indexOf("num_boxes")].matches("\\d{1,6}")
                        && cells[1].matches("\\d{1,6}") && cells[2].matches("\\d{1,6}"));
    }

    /// @return the name of a picture's file without its ending
    static String stem(String picture) {
        return picture.replaceFirst("\\.[A-Za-z]+$", "");
    }

    /// @return the number that a name ends with, without zeros before it; a name that ends otherwise as it is
    static String number(String stem) {
        return stem.replaceFirst("^.*?(\\d+)$", "$1").replaceFirst("^0+(?=\\d)", "");
    }

    private Optional<String> next(InputStream in) throws IOException, EngineException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int b = in.read();
        while (b >= 0 && b != '\n') {
            line.write(b);
            if (line.size() > LONGEST_LINE) {
                throw damaged(null, Message.of("data.regions.detail.large", LONGEST_LINE >> 20));
            }
            b = in.read();
        }
        String text = line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
        return b < 0 && text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private Line cells(String line) throws EngineException {
        String[] cells = line.split("\t", -1);
        List<String> columns = cells.length == OBJECTS.size() ? OBJECTS : ATTENTION;
        if (cells.length != columns.size() && cells.length != ATTENTION.size() + 1) {
            throw damaged(null, Message.of("data.regions.detail.columns", cells.length));
        }
        return new Line(columns, cells);
    }

    private Table table(Line line) throws EngineException {
        boolean objects = line.columns == OBJECTS;
        int count = whole(line.get("num_boxes"));
        NumbersOf boxes = numbers(line.get("boxes"), 4);
        NumbersOf features = numbers(line.get("features"), 4);
        if (count <= 0 || boxes.count() != 4L * count || features.count() == 0 || features.count() % count != 0) {
            throw new EngineException("data.regions.count", file.getFileName(), count, boxes.count() / 4,
                    count <= 0 ? 0 : (double) features.count() / count);
        }
        return new Table(file, whole(line.get(objects ? "img_w" : "image_w")),
                whole(line.get(objects ? "img_h" : "image_h")), false, boxes.rows(count), features.rows(count),
                detected(line, count));
    }

    private Detected detected(Line line, int count) throws EngineException {
        if (line.columns == OBJECTS) {
            return new Detected(file, each(line, "objects_id", 8, count), each(line, "objects_conf", 4, count),
                    each(line, "attrs_id", 8, count), new float[0][]);
        }
        if (line.cells.length == ATTENTION.size()) {
            return Detected.nothing(file);
        }
        NumbersOf shares = numbers(line.cells[ATTENTION.size()], 4);
        return new Detected(file, new float[0], new float[0], new float[0],
                shares.count() > 0 && shares.count() % count == 0 ? shares.rows(count) : new float[0][]);
    }

    /// @return (N), or nothing when the column holds another number of them
    private float[] each(Line line, String column, int width, int count) throws EngineException {
        NumbersOf numbers = numbers(line.get(column), width);
        return numbers.count() == count ? numbers.rows(1)[0] : new float[0];
    }

    private int whole(String text) throws EngineException {
        if (!text.matches("\\d{1,6}")) {
            throw damaged(null, Message.of("data.regions.detail.number", text.length() > 20 ? "…" : text));
        }
        return Integer.parseInt(text);
    }

    /// @param width bytes a number: 4 for fp32, 8 for int64
    private record NumbersOf(ByteBuffer data, int width) {
        int count() {
            return data.limit() / width;
        }

        float[][] rows(int n) {
            int d = count() / n;
            float[][] out = new float[n][d];
            for (int i = 0; i < n * d; i++) {
                out[i / d][i % d] = width == 4 ? data.getFloat(4 * i) : data.getLong(8 * i);
            }
            return out;
        }
    }

    private NumbersOf numbers(String base64, int width) throws EngineException {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (bytes.length % width != 0) {
                throw damaged(null, Message.of("data.regions.detail.short"));
            }
            return new NumbersOf(ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN), width);
        } catch (IllegalArgumentException e) {
            throw damaged(e, Message.of("data.regions.detail.base64"));
        }
    }

    private EngineException damaged(Throwable cause, Message detail) {
        return new EngineException(cause, "data.regions.damaged", file.getFileName(), detail);
    }
}
