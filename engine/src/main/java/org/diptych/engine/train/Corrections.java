package org.diptych.engine.train;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SafeFile;

/// What a person changed of a run's examples, each change with the first step that learns from it: `corrections.json` in the run's folder. With it, the examples of any step are
/// still a function of (seed, step). One writer, the lane; read from any thread.
final class Corrections {
    private static final String NAME = "corrections.json";
    private static final Gson GSON = new Gson();

    /// @param from  the first step that learns it
    /// @param place number in the data set
    /// @param caption null where the data set's own stands again
    private record Edit(int from, int place, String caption) {
    }

    /// @param step  that learns it once more
    /// @param place number in the data set
    private record Again(int step, int place) {
    }

    private record All(List<Edit> edits, List<Again> again) {
    }

    private final Path file;
    private volatile All all;

    private Corrections(Path file, All all) {
        this.file = file;
        this.all = all;
    }

    /// @param run the run's folder
    /// @throws EngineException when the file there is broken
    static Corrections of(Path run) throws EngineException {
        Path file = run.resolve(NAME);
        if (!Files.exists(file)) {
            return new Corrections(file, new All(List.of(), List.of()));
        }
        try {
            All read = GSON.fromJson(Files.readString(file), All.class);
            return new Corrections(file, new All(List.copyOf(read.edits), List.copyOf(read.again)));
        } catch (IOException | JsonParseException | NullPointerException e) {
            throw new EngineException(e, "batch.broken", file);
        }
    }

    /// @return those of a run whose examples nobody can change
    static Corrections none() {
        return new Corrections(Path.of(""), new All(List.of(), List.of()));
    }

    /// Takes over what is known of the examples in another run's folder.
    void copy(Path run) throws EngineException {
        write(of(run).all);
    }

    private void write(All next) throws EngineException {
        if (!next.equals(all)) {
            SafeFile.write(file, GSON.toJson(next) + "\n");
            all = next;
        }
    }

    /// @return a person's caption of an example at a step; nothing where the data set's own stands
    Optional<String> caption(int place, int step) {
        return all.edits.stream().filter(e -> e.place == place && e.from <= step).reduce((a, b) -> b)
                .map(Edit::caption);
    }

    /// What a run that was taken up again still had before it is replaced by what is said now.
    ///
    /// @param from the first step that learns it
    void edit(int place, Optional<String> caption, int from) throws EngineException {
        List<Edit> edits = new ArrayList<>(all.edits);
        edits.removeIf(e -> e.place == place && e.from >= from);
        edits.add(new Edit(from, place, caption.orElse(null)));
        write(new All(List.copyOf(edits), all.again));
    }

    void requeue(int place, int step) throws EngineException {
        List<Again> again = new ArrayList<>(all.again);
        again.add(new Again(step, place));
        write(new All(all.edits, List.copyOf(again)));
    }

    /// @return numbers of the examples that a person put into a step
    List<Integer> requeued(int step) {
        return all.again.stream().filter(a -> a.step == step).map(Again::place).distinct().toList();
    }

    /// Puts what was requeued into the places of those that were drawn last. What was drawn anyway stays where it is.
    ///
    /// @param drawn for that step
    /// @param group how many neighbours stay together
    int[] examples(int step, int[] drawn, int group) {
        int[] out = drawn.clone();
        int at = out.length;
        for (int first : fresh(step, drawn, group)) {
            at -= group;
            for (int k = 0; k < group; k++) {
                out[at + k] = first + k;
            }
        }
        return out;
    }

    /// @return first places of the groups that take others' places
    private Set<Integer> fresh(int step, int[] drawn, int group) {
        Set<Integer> there = Arrays.stream(drawn).map(p -> p / group).boxed().collect(Collectors.toSet());
        Set<Integer> out = new LinkedHashSet<>();
        for (int place : requeued(step)) {
            if (!there.contains(place / group)) {
                out.add(place / group * group);
            }
        }
        return out;
    }

    /// @return true while less than half of a step's examples are such that a person put there
    boolean room(int step, int[] drawn, int group) {
        return (fresh(step, drawn, group).size() + 1) * group <= Math.max(group, drawn.length / 2);
    }
}
