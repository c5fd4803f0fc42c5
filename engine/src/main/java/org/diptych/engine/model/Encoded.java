package org.diptych.engine.model;

import java.util.Optional;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Tokens;

/// A sample made ready for one model on an ordinary thread: plain arrays, no tensors.
///
/// @param tokens  the text as the model reads it
/// @param pixels  (3, H, W) normalised
/// @param height  H, 0 without a picture
/// @param width   W, 0 without a picture
/// @param view    the part of the picture that the model sees, in the picture's pixels
/// @param regions boxes and features for region models
public record Encoded(Optional<Tokens> tokens, float[] pixels, int height, int width, Optional<Box> view,
        Optional<Regions> regions) {
    /// @return a text alone
    public static Encoded of(Tokens tokens) {
        return new Encoded(Optional.of(tokens), new float[0], 0, 0, Optional.empty(), Optional.empty());
    }

    /// @return the same picture with another text
    public Encoded saying(Tokens other) {
        return new Encoded(Optional.of(other), pixels, height, width, view, regions);
    }

    /// @return the same with other regions in their place
    public Encoded with(Regions other) {
        return new Encoded(tokens, pixels, height, width, view, Optional.of(other));
    }
}
