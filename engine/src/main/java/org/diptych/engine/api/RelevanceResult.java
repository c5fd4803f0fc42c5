package org.diptych.engine.api;

import java.util.Optional;

/// @param picture what the values stand for: the patches of a grid, or boxes
/// @param values  (rows * cols) or (boxes) relevance, not normalised
/// @param tokens  relevance of each token of the asked words' own reading ([#read()]), empty when the method gives none
/// @param read    the words asked about, as the model read them
/// @param score   the score that was explained
/// @param view    the part of the picture that the model saw, in the picture's pixels
/// @param regions the boxes, for [Axis.Boxes]
public record RelevanceResult(Axis picture, float[] values, float[] tokens, Tokens read, double score, Box view,
        Optional<Regions> regions) {
    /// @return the patches that the values stand for
    public Optional<Axis.Patches> grid() {
        return picture instanceof Axis.Patches patches ? Optional.of(patches) : Optional.empty();
    }
}
