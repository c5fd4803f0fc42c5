package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.Scene;

/// Reads English sentences as a person would and looks them up in the scene's objects: knows nothing of how they were written.
final class Read {
    static final String HUES = "red|orange|yellow|green|blue|purple|pink|brown";
    static final String KINDS = "fish|bird|cat|car|boat|apple|banana|house|tree|star|cup|umbrella|flower|mushroom|kite|hat";
    static final String SIDES = "left of|right of|above|below";
    private static final Pattern NAMED = Pattern
            .compile("\\ban? (?:(large|small) )?(" + HUES + ") (" + KINDS + ")\\b");
    private static final Pattern STANDS = Pattern
            .compile("(" + HUES + ") (" + KINDS + ") (?:is )?(" + SIDES + ") (?:an?|the) (?:large |small )?(" + HUES
                    + ") (" + KINDS + ")");

    private Read() {
    }

    /// @return true when each thing that is named is there, as large and where it is said to be
    static boolean holds(String caption, Scene scene) {
        Matcher named = NAMED.matcher(caption);
        int count = 0;
        List<Scene.Thing> meant = new ArrayList<>();
        while (named.find()) {
            count++;
            Optional<Scene.Thing> thing = find(scene, named.group(2), named.group(3));
            if (thing.isEmpty() || named.group(1) != null && !thing.get().size().equals(named.group(1))
                    || meant.contains(thing.get())) {
                return false;
            }
            meant.add(thing.get());
        }
        Matcher stands = STANDS.matcher(caption);
        while (stands.find()) {
            if (!stands(find(scene, stands.group(1), stands.group(2)).orElseThrow(), stands.group(3),
                    find(scene, stands.group(4), stands.group(5)).orElseThrow())) {
                return false;
            }
        }
        return count > 0;
    }

    static Optional<Scene.Thing> find(Scene scene, String colour, String kind) {
        return scene.objects().stream().filter(t -> t.colour().equals(colour) && t.kind().equals(kind)).findFirst();
    }

    /// @return whether the first one's middle lies on that side of the second's, by the squares they are drawn in: a box's middle can be off by a pixel or two
    static boolean stands(Scene.Thing a, String side, Scene.Thing b) {
        float slack = 2.5f;
        float dx = (b.box().x1() + b.box().x2() - a.box().x1() - a.box().x2()) / 2;
        float dy = (b.box().y1() + b.box().y2() - a.box().y1() - a.box().y2()) / 2;
        return switch (side) {
            case "left of" -> dx > -slack && dx >= Math.abs(dy) - 2 * slack;
            case "right of" -> -dx > -slack && -dx >= Math.abs(dy) - 2 * slack;
            case "above" -> dy > -slack && dy >= Math.abs(dx) - 2 * slack;
            case "below" -> -dy > -slack && -dy >= Math.abs(dx) - 2 * slack;
            default -> throw new IllegalArgumentException(side);
        };
    }

    static List<Scene.Thing> those(Scene scene, String colour, String kind) {
        return scene.objects().stream().filter(t -> colour.isEmpty() || t.colour().equals(colour))
                .filter(t -> kind.isEmpty() || t.kind().equals(kind)).toList();
    }
}
