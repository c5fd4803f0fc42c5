package org.diptych.engine.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Derived;
import org.diptych.engine.data.Example;

/// A data set some of whose pictures, or region features of pictures, may be damaged or gone: in the place of such an example stands the next one, in the set's order and round its end, that can be read. So what a step learns is
/// still a function of (seed, step) and of the files, and a run that goes on equals one that was never interrupted.
record Readable(Dataset data) implements Derived {
    /// What is wrong with one picture, and not with the machine or the plan.
    private static final Set<String> DAMAGED = Set.of("image.missing", "image.broken", "image.unknown", "image.empty",
            "image.large", "image.heavy", "data.regions.own");

    /// @param place of the example that was read
    /// @param lost  place -> name of the picture, of those that could not be read
    record Read(int place, Example example, Map<Integer, String> lost) {
    }

    @Override
    public Example example(int index) throws EngineException {
        return read(index, _ -> false).example();
    }

    /// @param taken places that only serve when no other does: an example twice in a batch would be its own wrong partner
    /// @throws EngineException when no picture of the set can be read
    Read read(int place, IntPredicate taken) throws EngineException {
        Map<Integer, String> lost = new LinkedHashMap<>();
        Optional<Read> own = one(place, lost);
        for (int again = 0; own.isEmpty() && again < 2; again++) {
            boolean any = again == 1;
            for (int i = 1; own.isEmpty() && i < size(); i++) {
                int next = (place + i) % size();
                if (!lost.containsKey(next) && (any || !taken.test(next))) {
                    own = one(next, lost);
                }
            }
        }
        return own.orElseThrow(() -> new EngineException("train.unreadable", name(), size(), lost.get(place)));
    }

    private Optional<Read> one(int place, Map<Integer, String> lost) throws EngineException {
        try {
            return Optional.of(new Read(place, data.example(place), lost));
        } catch (EngineException e) {
            if (!DAMAGED.contains(e.key())) {
                throw e;
            }
            lost.put(place, String.valueOf(Path.of(String.valueOf(e.args()[0])).getFileName()));
            return Optional.empty();
        }
    }
}
