package org.diptych.engine.api;

import java.util.Optional;

/// One thing to show a model: a picture or none, a text or none, regions or none.
public record Sample(Optional<Picture> picture, Optional<String> text, Optional<Regions> regions) {
    public static Sample of(Picture picture, String text) {
        return new Sample(Optional.of(picture), Optional.of(text), Optional.empty());
    }

    public static Sample of(Picture picture) {
        return new Sample(Optional.of(picture), Optional.empty(), Optional.empty());
    }

    public static Sample of(String text) {
        return new Sample(Optional.empty(), Optional.of(text), Optional.empty());
    }
}
