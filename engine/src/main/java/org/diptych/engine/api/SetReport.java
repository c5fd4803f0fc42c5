package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;

/// What a data set holds.
///
/// @param source     as a plan names it
/// @param format     key of the format's name
/// @param train      pairs to learn from
/// @param validation pairs kept for validation
/// @param unused     pairs that the set itself keeps for a test
/// @param answers    how many different answers its questions can have; 0 without questions
/// @param skipped    rows that nothing can be learnt from
/// @param broken     the first [#LISTED] of these
public record SetReport(Path source, String format, int train, int validation, int unused, int answers, int skipped,
        List<BrokenRow> broken) {
    /// Rows that are told one by one.
    public static final int LISTED = 1000;
    /// Pairs that each side needs at least.
    private static final int LEAST = 2;

    public SetReport {
        broken = List.copyOf(broken);
    }

    /// @return true when there is something to learn from, and something to validate with
    public boolean teaches() {
        return train >= LEAST && validation >= LEAST;
    }

    public int pairs() {
        return train + validation + unused;
    }
}
