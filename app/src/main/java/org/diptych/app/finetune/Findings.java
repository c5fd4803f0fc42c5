package org.diptych.app.finetune;

import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.RelevanceResult;

/// What one of the two models has said so far.
///
/// @param look    scores, and the sentence as it reads it
/// @param map     what its score of the chosen words rests on
/// @param gap     its best guesses for the chosen words, when they are hidden
/// @param answer  to the question
/// @param caption what it writes of the picture
record Findings(Optional<InspectResult> look, Optional<RelevanceResult> map, Optional<String> gap,
        Optional<String> answer, Optional<String> caption) {
    static final Findings NOTHING = new Findings(Optional.empty(), Optional.empty(), Optional.empty(),
            Optional.empty(), Optional.empty());

    Findings withLook(Optional<InspectResult> next) {
        return new Findings(next, map, gap, answer, caption);
    }

    Findings withMap(Optional<RelevanceResult> next) {
        return new Findings(look, next, gap, answer, caption);
    }

    Findings withGap(Optional<String> next) {
        return new Findings(look, map, next, answer, caption);
    }

    Findings withAnswer(Optional<String> next) {
        return new Findings(look, map, gap, next, caption);
    }

    Findings withCaption(Optional<String> next) {
        return new Findings(look, map, gap, answer, next);
    }

    /// @return this map less the other one's, place by place; empty where both do not have the same places
    Optional<float[]> less(Findings other) {
        if (map.isEmpty() || other.map.isEmpty() || !samePlaces(map.get(), other.map.get())) {
            return Optional.empty();
        }
        float[] out = map.get().values().clone();
        for (int i = 0; i < out.length; i++) {
            out[i] -= other.map.get().values()[i];
        }
        return Optional.of(out);
    }

    private static boolean samePlaces(RelevanceResult a, RelevanceResult b) {
        List<?> boxes = a.regions().map(r -> r.boxes()).orElse(List.of());
        return a.picture().equals(b.picture()) && a.view().equals(b.view())
                && a.values().length == b.values().length
                && boxes.equals(b.regions().map(r -> r.boxes()).orElse(List.of()));
    }
}
