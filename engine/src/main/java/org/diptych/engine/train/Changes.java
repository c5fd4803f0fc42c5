package org.diptych.engine.train;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.SafeFile;

/// What a person changed of how a run learns, each change with the first step that learns so: `changes.json` in the run's folder. With it, what any step learns from and by is still a function of
/// (seed, step). One writer, the lane; read from any thread.
final class Changes implements Draw.Sizes {
    private static final String NAME = "changes.json";
    private static final Gson GSON = new Gson();

    /// One thing that is another from a step on; the rest is null.
    ///
    /// @param from the first step that learns so
    private record Change(int from, Double rate, Integer batch, Map<String, Double> objectives) {
        boolean sound() {
            return from > 0 && (batch == null || batch > 0) && (objectives == null || !objectives.isEmpty());
        }
    }

    private final Path file;
    private final FineTunePlan plan;
    private volatile List<Change> all;

    private Changes(Path file, FineTunePlan plan, List<Change> all) {
        this.file = file;
        this.plan = plan;
        this.all = all;
    }

    /// @param run the run's folder
    /// @throws EngineException when the file there is broken
    static Changes of(Path run, FineTunePlan plan) throws EngineException {
        Path file = run.resolve(NAME);
        if (!Files.exists(file)) {
            return new Changes(file, plan, List.of());
        }
        try {
            List<Change> read = List.of(GSON.fromJson(Files.readString(file), Change[].class));
            if (!read.stream().allMatch(Change::sound)) {
                throw new EngineException("train.changes", file);
            }
            return new Changes(file, plan, read);
        } catch (IOException | JsonParseException | NullPointerException e) {
            throw new EngineException(e, "train.changes", file);
        }
    }

    /// @return those of a run that nobody changes
    static Changes none(FineTunePlan plan) {
        return new Changes(Path.of(""), plan, List.of());
    }

    /// Takes over what a run that this one branches off had changed until then, save what this one's plan says otherwise than that run's: that holds from the beginning.
    ///
    /// @param step that both have in common
    void inherit(Path run, FineTunePlan parent, int step) throws EngineException {
        boolean rate = plan.course().get(plan.stageAt(step)).rate() == parent.course().get(parent.stageAt(step)).rate();
        boolean batch = plan.batch() == parent.batch();
        boolean objectives = mix(plan, step).equals(mix(parent, step));
        write(of(run, parent).all.stream().filter(c -> c.from <= step)
                .filter(c -> c.rate != null && rate || c.batch != null && batch || c.objectives != null && objectives)
                .toList());
    }

    private void write(List<Change> next) throws EngineException {
        if (!next.equals(all)) {
            SafeFile.write(file, GSON.toJson(next) + "\n");
            all = next;
        }
    }

    /// What a run that was taken up again still had before it is replaced by what is said now.
    private void say(Change now, Predicate<Change> same) throws EngineException {
        List<Change> next = new ArrayList<>(all);
        next.removeIf(c -> c.from >= now.from && same.test(c));
        next.add(now);
        write(List.copyOf(next));
    }

    /// @param from the first step with that peak rate
    void rate(double rate, int from) throws EngineException {
        say(new Change(from, rate, null, null), c -> c.rate != null);
    }

    void batch(int batch, int from) throws EngineException {
        say(new Change(from, null, batch, null), c -> c.batch != null);
    }

    void objectives(Map<String, Double> objectives, int from) throws EngineException {
        say(new Change(from, null, null, new TreeMap<>(objectives)), c -> c.objectives != null);
    }

    /// @return the peak rate that a person gave the stage of a step, until that step
    OptionalDouble rate(int step) {
        return last(step, c -> c.rate != null && plan.stageAt(c.from) == plan.stageAt(step))
                .map(c -> OptionalDouble.of(c.rate)).orElseGet(OptionalDouble::empty);
    }

    @Override
    public int batch(int step) {
        return last(step, c -> c.batch != null).map(Change::batch).orElse(plan.batch());
    }

    @Override
    public long before(int step, int group) {
        long out = 0;
        int from = 1;
        for (Change change : all) {
            if (change.batch != null && change.from < step) {
                out += (long) (change.from - from) * (batch(from) / group);
                from = change.from;
            }
        }
        return out + (long) (step - from) * (batch(from) / group);
    }

    /// @return what a step learns by; those of the plan before the first
    Map<String, Double> objectives(int step) {
        return mixed(step).map(Change::objectives).orElseGet(() -> mix(plan, step));
    }

    /// @return the first step that learnt by what that step learns by, if a person changed it; else 0
    int since(int step) {
        return mixed(step).map(Change::from).orElse(0);
    }

    /// @return every mix that a person gave the run
    List<Map<String, Double>> mixes() {
        return all.stream().filter(c -> c.objectives != null).map(Change::objectives).toList();
    }

    private Optional<Change> mixed(int step) {
        return last(step, c -> c.objectives != null && plan.stageAt(c.from) == plan.stageAt(step));
    }

    private static Map<String, Double> mix(FineTunePlan of, int step) {
        return of.course().get(of.stageAt(step)).objectives();
    }

    /// Changes of one kind stand in the order of their steps.
    private Optional<Change> last(int step, Predicate<Change> which) {
        return all.stream().filter(c -> c.from <= step).filter(which).reduce((a, b) -> b);
    }
}
