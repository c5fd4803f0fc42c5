package org.diptych.engine.model;

/// Which regions of a picture were hidden from a model, and what they were.
///
/// @param hidden        (N) true where the model has to tell
/// @param features      (N, F) as they were
/// @param classes       (N) class of each, from 0
/// @param attributes    (N) attribute of each, from 0, or -1 where none is known
/// @param distributions (N, C) how sure a detector is of each class, C without a class for the background
/// @param confidences   (N) how sure it is of the class it says
public record Hidden(boolean[] hidden, float[][] features, int[] classes, int[] attributes, float[][] distributions,
        float[] confidences) {
    /// Shares of the chosen regions whose feature becomes zero or another region's; the rest keep theirs, and are asked for nevertheless.
    public record Rule(double zero, double other) {
        /// All are made zero.
        public static final Rule ALL = new Rule(1, 0);
    }
}
