package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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
/// @param regions    what features its pictures come with, empty for none
public record SetReport(Path source, String format, int train, int validation, int unused, int answers, int skipped,
        List<BrokenRow> broken, Optional<RegionFacts> regions) {
    /// Rows that are told one by one.
    public static final int LISTED = 1000;
    private static final String CONVERSATIONS = "data.format.conversations";
    /// Pairs that each side needs at least.
    private static final int LEAST = 2;

    public SetReport {
        broken = List.copyOf(broken);
    }

    /// A set of pictures without region features.
    public SetReport(Path source, String format, int train, int validation, int unused, int answers, int skipped,
            List<BrokenRow> broken) {
        this(source, format, train, validation, unused, answers, skipped, broken, Optional.empty());
    }

    /// @return what region features its pictures are read with, empty when without
    public Optional<RegionFacts> taken() {
        return regions.filter(RegionFacts::taken);
    }

    /// @return why nothing of it can teach that, empty when something can
    public Optional<Message> lacks(Task task) {
        String what = switch (task) {
            case REGION_FEATURES -> taken().isEmpty() ? "regions" : "";
            case REGION_CLASSES, REGION_DISTRIBUTIONS, OBJECTS ->
                taken().isEmpty() ? "regions" : taken().get().classes() == 0 ? "classes" : "";
            case ANSWERS -> answers == 0 ? "questions" : "";
            case PICTURE_PAIRS, CLASSES, NEXT_SENTENCE -> "more";
            case INSTRUCTIONS, INSTRUCTIONS_ALONE -> format.equals(CONVERSATIONS) ? "" : "turns";
            default -> "";
        };
        return what.isEmpty() ? Optional.empty() : Optional.of(Message.of("data.lacks." + what));
    }

    /// @return true when there is something to learn from, and something to validate with
    public boolean teaches() {
        return train >= LEAST && validation >= LEAST;
    }

    public int pairs() {
        return train + validation + unused;
    }
}
