package org.diptych.engine.data.toybox;

/// One object of a scene, in 64ths of the scene's side.
///
/// @param x left edge
/// @param y top edge
/// @param w side of its square
record Thing(Kind kind, Hue hue, boolean large, double x, double y, double w) {
    double centreX() {
        return x + w / 2;
    }

    double centreY() {
        return y + w / 2;
    }

    boolean touches(Thing other, double gap) {
        return x < other.x + other.w + gap && other.x < x + w + gap && y < other.y + other.w + gap
                && other.y < y + w + gap;
    }
}
