package org.diptych.engine.api;

/// A box in the pixels of a picture, `x1 <= x2`, `y1 <= y2`, the far edges excluded.
public record Box(float x1, float y1, float x2, float y2) {
    /// @return the box that holds all of a picture
    public static Box whole(Picture picture) {
        return new Box(0, 0, picture.width(), picture.height());
    }

    public float width() {
        return x2 - x1;
    }

    public float height() {
        return y2 - y1;
    }

    public boolean contains(float x, float y) {
        return x >= x1 && x < x2 && y >= y1 && y < y2;
    }
}
