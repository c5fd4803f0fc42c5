package org.diptych.engine.data.regions;

/// What the beginning of a file tells of one picture's regions.
///
/// @param count      N
/// @param width      D
/// @param classes    C, 0 when the file says nothing of them
/// @param attributes A, likewise
record Look(int count, int width, int classes, int attributes) {
}
