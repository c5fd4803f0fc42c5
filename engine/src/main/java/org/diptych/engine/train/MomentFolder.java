package org.diptych.engine.train;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.SafeFile;

/// The folder `moments/` of a run: a file for each moment, named by its step (see [MomentFile]); the probe set as `probe.pairs` (see [ProbeFile]); and
/// `pinned.json`, the places of the pairs that later moments watch.
public record MomentFolder(Path path) implements Moments {
    private static final Pattern NAME = Pattern.compile("(\\d{8})\\.moment");
    private static final String PAIRS = "probe.pairs";
    private static final String PINNED = "pinned.json";
    private static final Gson GSON = new Gson();

    /// @return that of a run, which may not be there
    public static MomentFolder of(Path run) {
        return new MomentFolder(run.resolve("moments"));
    }

    private Path file(int step) {
        return path.resolve(String.format(Locale.ROOT, "%08d.moment", step));
    }

    boolean has(int step) {
        return Files.exists(file(step));
    }

    void write(Moment moment) throws EngineException {
        SafeFile.write(file(moment.step()), MomentFile.bytes(moment));
    }

    @Override
    public Moment read(int step) throws EngineException {
        return MomentFile.read(file(step));
    }

    @Override
    public List<Mark> list() {
        List<Mark> out = new ArrayList<>();
        for (Path each : files()) {
            Matcher name = NAME.matcher(each.getFileName().toString());
            if (name.matches()) {
                out.add(new Mark(Integer.parseInt(name.group(1)), size(each)));
            }
        }
        out.sort(Comparator.comparingInt(Mark::step));
        return out;
    }

    @Override
    public long bytes() {
        return files().stream().mapToLong(MomentFolder::size).sum();
    }

    private List<Path> files() {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(path)) {
            return all.toList();
        } catch (IOException e) {
            return List.of(); // deleted meanwhile
        }
    }

    /// A file may be thinned out while others are counted.
    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    /// Takes every second moment away, the first and the last left out, until the rest fits: what is old gets sparser the longer the run.
    ///
    /// @param most bytes of all moments
    void thin(long most) throws EngineException {
        List<Mark> all = list();
        while (all.size() > 2 && all.stream().mapToLong(Mark::bytes).sum() > most) {
            List<Mark> left = new ArrayList<>();
            for (int i = 0; i < all.size(); i++) {
                if (i % 2 == 0 || i == all.size() - 1) {
                    left.add(all.get(i));
                } else {
                    delete(file(all.get(i).step()));
                }
            }
            all = left;
        }
    }

    /// Takes away what a run wrote after its last checkpoint, and what it was writing when it was killed.
    void resume(int step) throws EngineException {
        for (Mark mark : list()) {
            if (mark.step() > step) {
                delete(file(mark.step()));
            }
        }
        for (Path file : files()) {
            if (file.toString().endsWith(".part")) {
                delete(file);
            }
        }
    }

    /// Takes over the moments that a branch has in common with the run it comes from.
    void branch(MomentFolder from, int step) throws EngineException {
        for (Path file : from.files()) {
            Matcher moment = NAME.matcher(file.getFileName().toString());
            boolean common = moment.matches()
                    ? Integer.parseInt(moment.group(1)) <= step
                    : !file.toString().endsWith(".part");
            if (common) {
                try {
                    SafeFile.write(path.resolve(file.getFileName()), Files.readAllBytes(file));
                } catch (IOException e) {
                    throw new EngineException(e, "moments.gone", file);
                }
            }
        }
    }

    private static void delete(Path file) throws EngineException {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new EngineException(e, "file.write", file, String.valueOf(e.getMessage()));
        }
    }

    boolean hasPairs() {
        return Files.exists(path.resolve(PAIRS));
    }

    void writePairs(List<Pair> pairs) throws EngineException {
        SafeFile.write(path.resolve(PAIRS), ProbeFile.bytes(pairs));
    }

    @Override
    public List<Pair> pairs() throws EngineException {
        return hasPairs() ? ProbeFile.read(path.resolve(PAIRS)) : List.of();
    }

    void pin(List<Integer> pairs) throws EngineException {
        SafeFile.write(path.resolve(PINNED), GSON.toJson(pairs) + "\n");
    }

    /// @return the places of the watched pairs, or the plan's where nothing was changed
    List<Integer> pinned(List<Integer> otherwise) throws EngineException {
        Path file = path.resolve(PINNED);
        if (!Files.exists(file)) {
            return otherwise;
        }
        try {
            return List.of(GSON.fromJson(Files.readString(file), Integer[].class));
        } catch (IOException | JsonParseException | NullPointerException e) {
            throw new EngineException(e, "moments.broken", file);
        }
    }
}
