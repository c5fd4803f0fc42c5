package org.diptych.engine.model;

/// Reads regions of a picture, each a box with features, instead of its pixels.
public interface ReadsRegions {
    /// @return numbers in the features of one region
    int regionWidth();
}
