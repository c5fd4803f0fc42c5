package org.diptych.engine.api;

import java.util.Optional;
import java.util.OptionalInt;

/// Which parts of the input does a score of this text and picture rest on?
///
/// @param model   handle of a loaded model
/// @param start   first character of the words asked about; the whole text when `start == end`
/// @param end     character after the last
/// @param method  how
/// @param score   which score
/// @param regions for a model that reads regions; others pass them over
/// @param query   number, from 0, of the learned query whose view alone is shown; for [RelevanceMethod#GRAD_CAM] of a model that has such queries
public record RelevanceRequest(String model, Picture picture, String text, int start, int end, RelevanceMethod method,
        Score score, Optional<RegionSource> regions, OptionalInt query) {
    public RelevanceRequest(String model, Picture picture, String text, int start, int end, RelevanceMethod method,
            Score score, Optional<RegionSource> regions) {
        this(model, picture, text, start, end, method, score, regions, OptionalInt.empty());
    }

    public RelevanceRequest(String model, Picture picture, String text, int start, int end, RelevanceMethod method) {
        this(model, picture, text, start, end, method, new Score.Match(), Optional.empty());
    }

    /// @return the words asked about
    public String asked() {
        return start == end ? text : text.substring(start, end);
    }
}
