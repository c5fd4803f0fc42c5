package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A scene before it is drawn: what stands where, from one seed.
///
/// @param ground index into [Ground]
/// @param things left to right, then top to bottom
record Layout(long seed, Ground ground, List<Thing> things) {
    private static final int TRIES = 60;

    static Layout of(long seed, World world) {
        Dice dice = new Dice(seed);
        Split split = Split.of(seed);
        Ground ground = dice.pick(Ground.ALL);
        int wanted = 1 + dice.roll(4);
        List<Thing> things = new ArrayList<>();
        for (int tries = 0; things.size() < wanted && tries < TRIES; tries++) {
            Thing thing = thing(dice, split, world, things.isEmpty());
            boolean free = things.stream()
                    .noneMatch(t -> t.touches(thing, 0) || t.kind() == thing.kind() && t.hue() == thing.hue());
            if (free) {
                things.add(thing);
            }
        }
        things.sort(Comparator.comparingDouble(Thing::x).thenComparingDouble(Thing::y));
        return new Layout(seed, ground, List.copyOf(things));
    }

    private static Thing thing(Dice dice, Split split, World world, boolean first) {
        Kind kind = dice.pick(Kind.ALL);
        Hue hue = dice.pick(Hue.ALL);
        if (split == Split.COMPOSITIONAL && first) { // at least one pair that was never seen
            kind = Kind.ALL.get(dice.roll(Kind.ALL.size() / 2) * 2);
            hue = Hue.ALL.get((kind.ordinal() / 2 * 3 + 1) % Hue.ALL.size());
        } else if (Split.heldOut(kind, hue) && split != Split.COMPOSITIONAL) {
            hue = Hue.ALL.get((hue.ordinal() + 1 + dice.roll(Hue.ALL.size() - 1)) % Hue.ALL.size());
        }
        boolean large = dice.roll(2) == 0;
        double w = large ? world.large : world.small;
        if (world.grid == 0) {
            w += Math.round((dice.real() * 4 - 2) * 4) / 4.0;
            return new Thing(kind, hue, large, quarter(dice.real() * (64 - w)), quarter(dice.real() * (64 - w)), w);
        }
        int places = (int) ((64 - w) / world.grid) + 1;
        return new Thing(kind, hue, large, dice.roll(places) * world.grid, dice.roll(places) * world.grid, w);
    }

    private static double quarter(double value) {
        return Math.floor(value * 4) / 4;
    }
}
