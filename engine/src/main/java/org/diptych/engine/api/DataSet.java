package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// A set of a person's own as it was read. Nothing of its files is ever changed.
///
/// @param report what was counted, with the rows that cannot be used
/// @param rows   those that can, in the file's order
/// @param drawn  how a set's pictures are drawn that are in no file; the row at place n shows scene n of these
public record DataSet(SetReport report, List<DataRow> rows, Optional<ToyboxRequest> drawn) {
    /// Pairs that each side needs at least.
    private static final int LEAST = 2;

    public DataSet {
        rows = List.copyOf(rows);
    }

    /// A set whose pictures are files.
    public DataSet(SetReport report, List<DataRow> rows) {
        this(report, rows, Optional.empty());
    }

    /// @param other as many rows, with other texts or in other parts
    public DataSet saying(List<DataRow> other) {
        return new DataSet(report, other, drawn);
    }

    /// @return different pictures
    public int pictures() {
        return (int) rows.stream().map(DataRow::picture).distinct().count();
    }

    /// @return true when there is something to learn from, and something to validate with
    public boolean teaches() {
        return report.teaches();
    }

    /// Draws anew what is kept for validation. All rows of a picture come to the same side; rows that are not used stay so.
    ///
    /// @param share of the pictures, 0 to 1; each side gets two at least where there are four
    /// @param seed  the same one draws the same pictures
    /// @return part of each row
    public List<DataRow.Part> divided(double share, long seed) {
        Set<Path> used = new LinkedHashSet<>();
        rows.stream().filter(r -> r.part() != DataRow.Part.UNUSED).forEach(r -> used.add(r.picture()));
        List<Path> pictures = new ArrayList<>(used);
        Collections.shuffle(pictures, new Random(seed));
        int least = Math.min(LEAST, pictures.size() / 2);
        int kept = Math.clamp(Math.round(share * pictures.size()), least, pictures.size() - least);
        Set<Path> validation = new HashSet<>(pictures.subList(0, kept));
        return rows.stream().map(r -> r.part() == DataRow.Part.UNUSED
                ? r.part()
                : validation.contains(r.picture()) ? DataRow.Part.VALIDATION : DataRow.Part.TRAIN).toList();
    }
}
