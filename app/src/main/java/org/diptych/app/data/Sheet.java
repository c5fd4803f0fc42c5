package org.diptych.app.data;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javafx.beans.property.ReadOnlyLongProperty;
import javafx.beans.property.ReadOnlyLongWrapper;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataSet;

/// A set and what a person has changed of it. The set itself stays as it was read.
final class Sheet {
    private final DataSet set;
    private final int pictures;
    private final ReadOnlyLongWrapper version = new ReadOnlyLongWrapper(this, "version");
    private Now now;

    /// What a sheet says at one moment; readable on any thread.
    ///
    /// @param edits number of a row -> the row with other texts than the set's
    /// @param parts of all rows, once they were divided anew
    record Now(DataSet set, Map<Integer, DataRow> edits, Optional<List<DataRow.Part>> parts) {
        /// @param number of the row, from 0
        DataRow row(int number) {
            DataRow said = edits.getOrDefault(number, set.rows().get(number));
            DataRow.Part part = part(number);
            return part == said.part() ? said : said.in(part);
        }

        DataRow.Part part(int number) {
            return parts.isPresent() ? parts.get().get(number) : set.rows().get(number).part();
        }

        boolean edited(int number) {
            return edits.containsKey(number);
        }

        boolean changed() {
            return !edits.isEmpty() || parts.isPresent();
        }

        /// @return all rows as they are now
        List<DataRow> rows() {
            return IntStream.range(0, set.rows().size()).mapToObj(this::row).toList();
        }
    }

    private final Map<DataRow.Part, Integer> counts = new EnumMap<>(DataRow.Part.class);

    Sheet(DataSet set) {
        this.set = set;
        pictures = set.pictures();
        put(new Now(set, Map.of(), Optional.empty()));
    }

    DataSet set() {
        return set;
    }

    Path source() {
        return set.report().source();
    }

    /// @return different pictures
    int pictures() {
        return pictures;
    }

    Now now() {
        return now;
    }

    /// @return changes with every change
    ReadOnlyLongProperty versionProperty() {
        return version.getReadOnlyProperty();
    }

    int count(DataRow.Part part) {
        return counts.getOrDefault(part, 0);
    }

    /// @param said the row with other texts
    void say(int number, DataRow said) {
        Map<Integer, DataRow> edits = new HashMap<>(now.edits());
        DataRow own = set.rows().get(number);
        DataRow other = said.in(own.part());
        if (other.equals(own)) {
            edits.remove(number);
        } else {
            edits.put(number, other);
        }
        put(new Now(set, edits, now.parts()));
    }

    void divide(Optional<List<DataRow.Part>> parts) {
        put(new Now(set, now.edits(), parts));
    }

    private void put(Now next) {
        boolean divided = now == null || !now.parts().equals(next.parts());
        now = next;
        if (divided) {
            counts.clear();
            IntStream.range(0, set.rows().size()).forEach(i -> counts.merge(next.part(i), 1, Integer::sum));
        }
        version.set(version.get() + 1);
    }
}
