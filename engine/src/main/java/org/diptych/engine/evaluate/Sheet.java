package org.diptych.engine.evaluate;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.EvaluateResult.Mark;

/// The marks of one model, each beside what is wanted of its family. Marks are set for the world that the small weights were made in; elsewhere figures are only
/// reported.
final class Sheet {
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
        JsonObject families = wanted.getAsJsonObject(name);
        double least = set && families != null && families.has(family)
                ? families.get(family).getAsDouble()
                : Double.NaN;
        marks.add(new Mark(name, value, least, false, count));
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

    List<Mark> marks() {
        return List.copyOf(marks);
    }
}
