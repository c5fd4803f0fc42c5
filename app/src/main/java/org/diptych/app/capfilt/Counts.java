package org.diptych.app.capfilt;

import java.util.List;
import java.util.function.Predicate;
import org.diptych.engine.api.CaptionDecision.Source;

/// What became of the texts.
///
/// @param caught    texts that the set itself calls wrong, and that were dropped
/// @param letBy     of such texts those that were kept
/// @param overruled texts about which a person decided
record Counts(int webKept, int webDropped, int syntheticKept, int syntheticDropped, int caught, int letBy,
        int overruled) {

    static Counts of(List<Pair> pairs) {
        return new Counts(count(pairs, p -> p.keeps(Source.WEB)),
                count(pairs, p -> p.web().isPresent() && !p.keeps(Source.WEB)),
                count(pairs, p -> p.keeps(Source.SYNTHETIC)),
                count(pairs, p -> p.synthetic().isPresent() && !p.keeps(Source.SYNTHETIC)),
                count(pairs, p -> p.wrong() && !p.keeps(Source.WEB)),
                count(pairs, p -> p.wrong() && p.keeps(Source.WEB)),
                pairs.stream().mapToInt(Counts::overruled).sum());
    }

    private static int overruled(Pair pair) {
        return (int) List.of(Source.values()).stream()
                .filter(s -> pair.of(s).filter(d -> d.overruled()).isPresent()).count();
    }

    private static int count(List<Pair> pairs, Predicate<Pair> which) {
        return (int) pairs.stream().filter(which).count();
    }

    int kept() {
        return webKept + syntheticKept;
    }

    /// @return texts that the set itself calls wrong
    int wrong() {
        return caught + letBy;
    }
}
