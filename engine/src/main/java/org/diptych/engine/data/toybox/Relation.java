package org.diptych.engine.data.toybox;

/// Where one thing stands to another. Up is where y is small.
enum Relation {
    LEFT("left of", "左边"), RIGHT("right of", "右边"), ABOVE("above", "上方"), BELOW("below", "下方");

    final String en;
    final String zh;

    Relation(String en, String zh) {
        this.en = en;
        this.zh = zh;
    }

    /// @return the relation along the axis on which they lie further apart
    static Relation between(Thing a, Thing b) {
        double dx = b.centreX() - a.centreX();
        double dy = b.centreY() - a.centreY();
        if (Math.abs(dx) >= Math.abs(dy)) {
            return dx > 0 ? LEFT : RIGHT;
        }
        return dy > 0 ? ABOVE : BELOW;
    }

    Relation opposite() {
        return switch (this) {
            case LEFT -> RIGHT;
            case RIGHT -> LEFT;
            case ABOVE -> BELOW;
            case BELOW -> ABOVE;
        };
    }
}
