package org.diptych.engine.api;

/// @param grid    the picture's patches
/// @param patches (rows * cols) relevance, not normalised
/// @param tokens  relevance of each token of the asked words' own reading ([#read()]), empty when the method gives none
/// @param read    the words asked about, as the model read them
/// @param score   the score that was explained
/// @param view    the part of the picture that the model saw, in the picture's pixels
public record RelevanceResult(Axis.Patches grid, float[] patches, float[] tokens, Tokens read, double score, Box view) {
}
