package org.diptych.engine.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.Spread;

/// A run's log as JSON lines: a header, then rows, snapshots, spreads and events. One writer; readers copy a reference and never wait. The file is opened for each line: a log that was taken away
/// meanwhile is noticed at the next one, and nothing is left to be written at the end, when it is too late to say that it cannot be.
public final class RunLogFile implements RunLog {
    public static final String NAME = "log.jsonl";
    private static final Gson GSON = new GsonBuilder().serializeSpecialFloatingPointValues().create();

    private final Path file;
    private final Header header;
    /// Grown by doubling; readers look at no more than the published count, whose write makes the rows before it visible.
    private volatile Row[] rows = new Row[256];
    private volatile int count;
    private volatile Optional<Snapshot> snapshot = Optional.empty();
    /// As many as there are evaluations, so that a copy for each is cheap.
    private final List<Spread> spreads = new CopyOnWriteArrayList<>();
    private volatile List<Event> events = List.of();

    private RunLogFile(Path file, Header header) {
        this.file = file;
        this.header = header;
    }

    /// Starts a log; an old one of the same name is replaced.
    public static RunLogFile create(Path folder, Header header) throws EngineException {
        Path file = folder.resolve(NAME);
        try {
            Files.createDirectories(folder);
            Files.writeString(file, GSON.toJson(header) + "\n");
            return new RunLogFile(file, header);
        } catch (IOException e) {
            throw new EngineException(e, "file.write", file, SafeFile.reason(e));
        }
    }

    /// Goes on with a log after step `step`; later rows, written by a run that died before its next checkpoint, are taken off.
    static RunLogFile resume(Path folder, int step) throws EngineException {
        RunLogFile old = read(folder);
        Path file = folder.resolve(NAME);
        List<Row> rows = old.since(0).stream().filter(row -> row.step() <= step).toList();
        Optional<Snapshot> shot = old.snapshot.filter(s -> s.step() <= step);
        List<Spread> spreads = old.spreads.stream().filter(s -> s.step() <= step).toList();
        StringBuilder text = new StringBuilder(GSON.toJson(old.header)).append('\n');
        rows.forEach(row -> text.append(GSON.toJson(row)).append('\n'));
        shot.ifPresent(s -> text.append(GSON.toJson(s)).append('\n'));
        spreads.forEach(s -> text.append(GSON.toJson(s)).append('\n'));
        List<Event> events = old.events.stream().filter(e -> e.event().byPerson() || e.step() <= step).toList(); // what a person did is not undone by going back to a checkpoint
        events.forEach(event -> text.append(GSON.toJson(event)).append('\n'));
        SafeFile.write(file, text.toString());
        RunLogFile log = new RunLogFile(file, old.header);
        rows.forEach(log::add);
        shot.ifPresent(log::keep);
        log.spreads.addAll(spreads);
        log.events = events;
        return log;
    }

    /// @throws EngineException when there is no log, or its header makes no sense; a broken last line (a killed writer's) is left out
    public static RunLogFile read(Path folder) throws EngineException {
        Path file = folder.resolve(NAME);
        try {
            List<String> lines = Files.readAllLines(file);
            Header header = GSON.fromJson(lines.isEmpty() ? "" : lines.getFirst(), Header.class);
            if (header == null || header.id() == null || header.plan() == null) {
                throw new EngineException("train.log", file);
            }
            RunLogFile log = new RunLogFile(file, header);
            for (String line : lines.subList(1, lines.size())) {
                try {
                    JsonObject json = JsonParser.parseString(line).getAsJsonObject();
                    if (json.has("similarity")) {
                        log.snapshot = Optional.of(GSON.fromJson(json, Snapshot.class));
                    } else if (json.has("parts")) {
                        log.spreads.add(GSON.fromJson(json, Spread.class));
                    } else if (json.has("event")) {
                        log.add(GSON.fromJson(json, Event.class));
                    } else {
                        log.add(GSON.fromJson(json, Row.class));
                    }
                } catch (JsonParseException | IllegalStateException e) {
                    break; // written half when the writer was killed
                }
            }
            return log;
        } catch (IOException | JsonParseException e) {
            throw new EngineException(e, "train.log", file);
        }
    }

    public void append(Row row) throws EngineException {
        line(GSON.toJson(row));
        add(row);
    }

    private void add(Row row) {
        int at = count;
        Row[] room = at < rows.length ? rows : Arrays.copyOf(rows, 2 * at);
        room[at] = row;
        rows = room;
        count = at + 1;
    }

    private void keep(Snapshot shot) {
        snapshot = Optional.of(shot);
    }

    private void add(Event event) {
        List<Event> more = new ArrayList<>(events);
        more.add(event);
        events = List.copyOf(more);
    }

    void append(Event event) throws EngineException {
        line(GSON.toJson(event));
        add(event);
    }

    void append(Snapshot shot) throws EngineException {
        line(GSON.toJson(shot));
        keep(shot);
    }

    void append(Spread spread) throws EngineException {
        line(GSON.toJson(spread));
        spreads.add(spread);
    }

    private void line(String json) throws EngineException {
        ByteBuffer bytes = ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8));
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long end = out.size();
            out.position(end);
            try {
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            } catch (IOException e) {
                cut(out, end);
                throw e;
            }
        } catch (IOException e) {
            throw new EngineException(e, "file.write", file, SafeFile.reason(e));
        }
    }

    /// Half a line would hide all that came behind it.
    private static void cut(FileChannel out, long end) {
        try {
            out.truncate(end);
        } catch (IOException e) {
            // the same fault that is being told; a log that is gone on with leaves a broken last line out
        }
    }

    @Override
    public Header header() {
        return header;
    }

    @Override
    public int size() {
        return count;
    }

    @Override
    public List<Row> since(int from) {
        int until = count;
        return from >= until ? List.of() : List.of(Arrays.copyOfRange(rows, from, until));
    }

    @Override
    public Optional<Snapshot> snapshot() {
        return snapshot;
    }

    @Override
    public List<Spread> spreads() {
        return List.copyOf(spreads);
    }

    @Override
    public List<Event> events() {
        return events;
    }
}
