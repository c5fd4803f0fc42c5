package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Finds words that fit one thing only.
final class Referrals {
    private Referrals() {
    }

    /// @return one expression for each thing
    static List<Referring> of(Layout layout, Phrases p, Dice dice) {
        List<Referring> out = new ArrayList<>();
        for (int i = 0; i < layout.things().size(); i++) {
            out.add(new Referring(dice.pick(fitting(layout, layout.things().get(i), p)), i));
        }
        return out;
    }

    private static List<String> fitting(Layout layout, Thing t, Phrases p) {
        List<String> out = new ArrayList<>();
        out.add(p.the(t));
        String kind = p.kind(t.kind());
        if (one(layout, o -> o.kind() == t.kind())) {
            out.add(p.say("the " + kind, kind));
        }
        if (one(layout, o -> o.hue() == t.hue())) {
            out.add(p.say("the " + t.hue().en + " thing", t.hue().zh + "的东西"));
        }
        if (layout.things().size() > 1 && one(layout, o -> o.large() == t.large())) {
            out.add(p.say("the " + p.size(t.large()) + " thing", p.size(t.large()) + "的东西"));
        }
        if (one(layout, o -> o.kind() == t.kind() && o.large() == t.large())) {
            out.add(p.say("the " + p.size(t.large()) + " " + kind, p.size(t.large()) + kind));
        }
        for (Thing anchor : layout.things()) {
            for (Relation side : Relation.values()) {
                if (anchor != t && Facts.only(layout, side, anchor).filter(o -> o == t).isPresent()) {
                    out.add(p.say("the thing " + side.en + " " + p.the(anchor), p.the(anchor) + side.zh + "的东西"));
                    out.add(p.say("the " + kind + " " + side.en + " " + p.the(anchor),
                            p.the(anchor) + side.zh + "的" + kind));
                }
            }
        }
        return out;
    }

    private static boolean one(Layout layout, Predicate<Thing> which) {
        return layout.things().stream().filter(which).count() == 1;
    }
}
