package org.diptych.app.capfilt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.diptych.engine.api.CapFiltWork;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.CaptionDecision.Source;

/// One picture with what was decided about its texts.
///
/// @param number    of the pair in its set
/// @param synthetic nothing where the captioner wrote nothing
/// @param wrong     true where the set itself says that the web text is wrong
record Pair(int number, Path image, Optional<CaptionDecision> web, Optional<CaptionDecision> synthetic,
        boolean wrong) {

    Optional<CaptionDecision> of(Source source) {
        return source == Source.WEB ? web : synthetic;
    }

    boolean keeps(Source source) {
        return of(source).filter(CaptionDecision::keep).isPresent();
    }

    boolean overruled() {
        return web.filter(CaptionDecision::overruled).isPresent()
                || synthetic.filter(CaptionDecision::overruled).isPresent();
    }

    /// @param words in small letters
    boolean says(String words) {
        return web.filter(d -> d.caption().toLowerCase(Locale.ROOT).contains(words)).isPresent()
                || synthetic.filter(d -> d.caption().toLowerCase(Locale.ROOT).contains(words)).isPresent();
    }

    /// @param threshold least probability with which the filter keeps a text
    /// @param other     number of a decision that a person takes -> whether its text is kept
    static List<Pair> of(CapFiltWork work, double threshold, Map<Integer, Boolean> other) {
        Map<Integer, Pair> all = new TreeMap<>();
        for (CaptionDecision each : work.decisions()) {
            if (each.pair() >= work.images().size()) {
                break; // the set was shortened since
            }
            CaptionDecision d = each.decided(threshold, Optional.ofNullable(other.get(each.number())));
            Pair before = all.getOrDefault(d.pair(), new Pair(d.pair(), work.images().get(d.pair()), Optional.empty(),
                    Optional.empty(), work.wrong().contains(d.pair())));
            all.put(d.pair(), d.source() == Source.WEB
                    ? new Pair(before.number, before.image, Optional.of(d), before.synthetic, before.wrong)
                    : new Pair(before.number, before.image, before.web, Optional.of(d), before.wrong));
        }
        return new ArrayList<>(all.values());
    }
}
