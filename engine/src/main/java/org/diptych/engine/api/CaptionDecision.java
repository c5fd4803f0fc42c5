package org.diptych.engine.api;

import java.util.Optional;

/// What was thought of one caption of one picture.
///
/// @param number    from 0, as a person names it
/// @param pair      number of the picture in its set
/// @param image     the picture, as its set calls it
/// @param source    who wrote the caption
/// @param match     probability that picture and caption belong together, as the filter says
/// @param keep      whether it goes into the cleaned set
/// @param overruled true when a person decided so, and not the filter
public record CaptionDecision(int number, int pair, String image, Source source, String caption, double match,
        boolean keep, boolean overruled) {
    public enum Source {
        /// Found beside the picture.
        WEB,
        /// Written by the captioner.
        SYNTHETIC
    }

    /// @return the filter's own view, unless a person has decided
    public CaptionDecision judged(double threshold) {
        return overruled ? this : decided(threshold, Optional.empty());
    }

    /// @param person whether a person wants it kept; empty: what the filter says
    public CaptionDecision decided(double threshold, Optional<Boolean> person) {
        return new CaptionDecision(number, pair, image, source, caption, match,
                person.orElse(match >= threshold), person.isPresent());
    }

    /// @return as a person wants it
    public CaptionDecision overruled(boolean other) {
        return new CaptionDecision(number, pair, image, source, caption, match, other, true);
    }
}
