package org.diptych.engine.data.toybox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How things are placed: the knob that decides most about what a small model can learn.
public enum World {
    /// 24 or 16 pixels wide (of 64), on the 8-pixel patch grid: the world of the weights that ship.
    ALIGNED(24, 16, 8),
    /// 28 or 20 pixels, on a 4-pixel grid.
    LOOSE(28, 20, 4),
    /// 28 or 20 pixels with up to 2 more or less, anywhere.
    FREE(28, 20, 0);

    final int large;
    final int small;
    final int grid;

    World(int large, int small, int grid) {
        this.large = large;
        this.small = small;
        this.grid = grid;
    }

    /// @param name `aligned`, `loose` or `free`
    /// @throws IllegalArgumentException for another
    public static World named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /// @return the world of that name, if there is one
    public static Optional<World> find(String name) {
        return Arrays.stream(values()).filter(w -> w.name().equalsIgnoreCase(name)).findFirst();
    }

    /// @return all names, as a person types them
    public static String names() {
        return String.join(", ",
                Arrays.stream(values()).map(w -> w.name().toLowerCase(Locale.ROOT)).toList());
    }
}
