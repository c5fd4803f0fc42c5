package org.diptych.engine.evaluate;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EvaluateResult.Mark;

/// The marks of one model, each beside what is wanted of its family. Marks are set for the world that the small weights were made in; elsewhere figures are only
/// reported.
final class Sheet {
    private static final String POINTING = "toybox.pointing";
    private static final String WANTED = "/org/diptych/evaluate/marks.json";

    private final String family;
    private final boolean set;
    private final JsonObject wanted;
    private final List<Mark> marks = new ArrayList<>();

    Sheet(String family, boolean set) {
        this.family = family;
        this.set = set;
        try (InputStreamReader in = new InputStreamReader(Sheet.class.getResourceAsStream(WANTED),
                StandardCharsets.UTF_8)) {
            wanted = JsonParser.parseReader(in).getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Right answers out of cases.
    static final class Tally {
        private int right;
        private int cases;

        void add(boolean isRight) {
            right += isRight ? 1 : 0;
            cases++;
        }

        double share() {
            return (double) right / cases;
        }
    }

    /// A figure that its family's mark is set for, or none.
    void add(String name, double value, int count) {
        marks.add(new Mark(name, value, least(name), false, count));
    }

    void add(String name, Tally tally) {
        if (tally.cases > 0) {
            add(name, tally.share(), tally.cases);
        }
    }

    /// A figure whose mark follows from the world.
    void add(String name, double value, double limit, boolean most, int count) {
        marks.add(new Mark(name, value, set ? limit : Double.NaN, most, count));
    }

    /// @return all of them; of pointing, before its methods, what the best of them reaches
    List<Mark> marks() {
        Optional<Mark> best = marks.stream().filter(m -> m.name().startsWith(POINTING + "."))
                .max(Comparator.comparing(Mark::value));
        if (best.isEmpty()) {
            return List.copyOf(marks);
        }
        List<Mark> all = new ArrayList<>();
        for (Mark mark : marks) {
            if (mark.name().startsWith(POINTING + ".") && all.stream().noneMatch(m -> m.name().equals(POINTING))) {
                all.add(new Mark(POINTING, best.get().value(), least(POINTING), false, best.get().count()));
            }
            all.add(mark);
        }
        return all;
    }

    private double least(String name) {
        JsonObject families = wanted.getAsJsonObject(name);
        return set && families != null && families.has(family) ? families.get(family).getAsDouble() : Double.NaN;
    }
}
