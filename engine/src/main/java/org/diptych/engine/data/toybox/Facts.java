package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What holds between the things of a scene, said only where no one could dispute it.
final class Facts {
    private Facts() {
    }

    /// @return for each two things where the first stands, and which is bigger where their sizes differ
    static List<Fact> of(Layout layout) {
        List<Fact> out = new ArrayList<>();
        List<Thing> things = layout.things();
        for (int a = 0; a < things.size(); a++) {
            for (int b = a + 1; b < things.size(); b++) {
                out.add(new Fact(a, Relation.between(things.get(a), things.get(b)).en, b));
                if (things.get(a).large() != things.get(b).large()) {
                    boolean first = things.get(a).large();
                    out.add(new Fact(first ? a : b, "bigger than", first ? b : a));
                }
            }
        }
        return out;
    }

    /// @return the one thing on that side of `anchor`; none where a second might be meant as well
    static Optional<Thing> only(Layout layout, Relation side, Thing anchor) {
        List<Thing> leaning = layout.things().stream().filter(t -> t != anchor && leans(t, side, anchor)).toList();
        return leaning.size() == 1 && clear(leaning.getFirst(), side, anchor)
                ? Optional.of(leaning.getFirst())
                : Optional.empty();
    }

    private static boolean leans(Thing thing, Relation side, Thing anchor) {
        return switch (side) {
            case LEFT -> thing.centreX() < anchor.centreX();
            case RIGHT -> thing.centreX() > anchor.centreX();
            case ABOVE -> thing.centreY() < anchor.centreY();
            case BELOW -> thing.centreY() > anchor.centreY();
        };
    }

    private static boolean clear(Thing thing, Relation side, Thing anchor) {
        return switch (side) {
            case LEFT -> thing.x() + thing.w() <= anchor.x();
            case RIGHT -> anchor.x() + anchor.w() <= thing.x();
            case ABOVE -> thing.y() + thing.w() <= anchor.y();
            case BELOW -> anchor.y() + anchor.w() <= thing.y();
        };
    }
}
