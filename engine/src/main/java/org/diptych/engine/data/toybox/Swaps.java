package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Hard negatives: the same words but for one, so that only who looks closely can tell.
final class Swaps {
    private static final int TRIES = 20;

    private Swaps() {
    }

    /// @return the caption about layouts in which one thing has another kind: one text for each of the 15 other kinds
    static List<String> kinds(Layout layout, int thing, String form, boolean chinese, long seed) {
        List<String> out = new ArrayList<>();
        for (Kind kind : Kind.ALL) {
            Thing t = layout.things().get(thing);
            if (kind != t.kind()) {
                out.add(said(layout, thing, new Thing(kind, t.hue(), t.large(), t.x(), t.y(), t.w()), form, chinese,
                        seed));
            }
        }
        return out;
    }

    /// @return one text for each other colour of one thing
    static List<String> colours(Layout layout, int thing, String form, boolean chinese, long seed) {
        List<String> out = new ArrayList<>();
        for (Hue hue : Hue.ALL) {
            Thing t = layout.things().get(thing);
            if (hue != t.hue()) {
                out.add(said(layout, thing, new Thing(t.kind(), hue, t.large(), t.x(), t.y(), t.w()), form, chinese,
                        seed));
            }
        }
        return out;
    }

    /// @param seed of the words, the same as the true caption's
    /// @return captions that are false by one word: a kind, a colour, and where the form tells them a size and a relation
    static List<Negative> negatives(Layout layout, String form, boolean chinese, long seed, Dice dice) {
        int index = dice.roll(layout.things().size());
        Thing t = layout.things().get(index);
        List<Kind> kinds = Kind.ALL.stream().filter(k -> k != t.kind() && absent(layout, k, t.hue())).toList();
        List<Hue> hues = Hue.ALL.stream().filter(h -> h != t.hue() && absent(layout, t.kind(), h)).toList();
        Kind kind = dice.pick(kinds);
        Hue hue = dice.pick(hues);
        String right = Captions.of(layout, form, chinese, new Dice(seed)).text();
        List<Negative> out = new ArrayList<>();
        out.add(new Negative(
                said(layout, index, new Thing(kind, t.hue(), t.large(), t.x(), t.y(), t.w()), form, chinese, seed),
                "kind"));
        out.add(new Negative(
                said(layout, index, new Thing(t.kind(), hue, t.large(), t.x(), t.y(), t.w()), form, chinese, seed),
                "colour"));
        out.add(new Negative(said(layout, index, new Thing(t.kind(), t.hue(), !t.large(), t.x(), t.y(), t.w()), form,
                chinese, seed), "size"));
        out.add(new Negative(Captions.turned(layout, form, chinese, new Dice(seed)).text(), "relation"));
        out.removeIf(n -> n.text().equals(right));
        return out;
    }

    private static boolean absent(Layout layout, Kind kind, Hue hue) {
        return layout.things().stream().noneMatch(t -> t.kind() == kind && t.hue() == hue);
    }

    /// A wrong caption for noisy training: by turns another scene's that names something this one lacks, and the true one with a word changed.
    ///
    /// @param other draws scenes to take a caption from
    static String wrong(Layout layout, String form, boolean chinese, long seed, Dice dice, Supplier<Layout> other) {
        if (dice.roll(2) == 0) {
            return dice.pick(negatives(layout, form, chinese, seed, dice)).text();
        }
        Layout said = other.get();
        for (int i = 0; i < TRIES && said.things().stream().noneMatch(t -> absent(layout, t.kind(), t.hue())); i++) {
            said = other.get();
        }
        return said.things().stream().anyMatch(t -> absent(layout, t.kind(), t.hue()))
                ? Captions.of(said, form, chinese, new Dice(seed)).text()
                : dice.pick(negatives(layout, form, chinese, seed, dice)).text(); // a set of one scene has no other
    }

    /// The same dice say the same sentence, so only the changed word differs.
    private static String said(Layout layout, int thing, Thing other, String form, boolean chinese, long seed) {
        return Captions.of(changed(layout, thing, other), form, chinese, new Dice(seed)).text();
    }

    static Layout changed(Layout layout, int thing, Thing other) {
        List<Thing> things = new ArrayList<>(layout.things());
        things.set(thing, other);
        return new Layout(layout.seed(), layout.ground(), things);
    }

    /// @return the scene with one thing's kind or colour changed, never to a pair that training must not show
    static Layout partner(Layout layout, Dice dice) {
        int index = dice.roll(layout.things().size());
        Thing old = layout.things().get(index);
        while (true) {
            boolean kind = dice.roll(3) > 0; // kinds are harder to tell than colours, so they are changed more often
            Thing other = new Thing(kind ? dice.pick(Kind.ALL) : old.kind(), kind ? old.hue() : dice.pick(Hue.ALL),
                    old.large(), old.x(), old.y(), old.w());
            boolean changed = other.kind() != old.kind() || other.hue() != old.hue();
            boolean twice = layout.things().stream().anyMatch(t -> t.kind() == other.kind() && t.hue() == other.hue());
            if (changed && !twice && !Split.heldOut(other.kind(), other.hue())) {
                return changed(layout, index, other);
            }
        }
    }
}
