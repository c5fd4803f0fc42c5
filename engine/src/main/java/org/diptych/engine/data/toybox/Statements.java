package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Sentences about two pictures, as often true as false.
final class Statements {
    private final Layout first;
    private final Layout second;
    private final Phrases p;

    private Statements(Layout first, Layout second, Phrases phrases) {
        this.first = first;
        this.second = second;
        this.p = phrases;
    }

    static Statement of(Layout first, Layout second, Phrases phrases, Dice dice) {
        Statements all = new Statements(first, second, phrases);
        boolean wanted = dice.roll(2) == 0;
        List<List<Statement>> templates = new ArrayList<>();
        for (List<Statement> template : List.of(all.shared(), all.alone(), all.more(), all.together(), all.ground())) {
            List<Statement> fitting = template.stream().filter(s -> s.holds() == wanted).toList();
            if (!fitting.isEmpty()) { // the sums alone always offer both a true and a false one
                templates.add(fitting);
            }
        }
        return dice.pick(dice.pick(templates));
    }

    /// What a statement can be about: a kind, a colour, or both.
    private record About(String a, String bare, Predicate<Thing> which) {
    }

    private List<About> topics() {
        List<About> out = new ArrayList<>();
        List<Thing> things = new ArrayList<>(first.things());
        things.addAll(second.things());
        for (Thing t : things) {
            out.add(new About(p.a(t.kind()), p.kind(t.kind()), o -> o.kind() == t.kind()));
            out.add(new About(p.a(t), p.bare(t), o -> o.kind() == t.kind() && o.hue() == t.hue()));
            out.add(new About(p.say(Kind.article(t.hue().en) + " " + t.hue().en + " thing", ""),
                    p.say(t.hue().en + " thing", t.hue().zh + "的东西"), o -> o.hue() == t.hue()));
        }
        return out;
    }

    private static boolean has(Layout layout, About about) {
        return layout.things().stream().anyMatch(about.which);
    }

    private List<Statement> shared() {
        return topics().stream()
                .map(t -> new Statement(p.say("there is " + t.a + " in both pictures.", "两张图里都有" + t.bare + "。"),
                        has(first, t) && has(second, t)))
                .toList();
    }

    private List<Statement> alone() {
        List<Statement> out = new ArrayList<>();
        for (About t : topics()) {
            out.add(new Statement(p.say("only the first picture has " + t.a + ".", "只有第一张图里有" + t.bare + "。"),
                    has(first, t) && !has(second, t)));
            out.add(new Statement(p.say("only the second picture has " + t.a + ".", "只有第二张图里有" + t.bare + "。"),
                    !has(first, t) && has(second, t)));
        }
        return out;
    }

    private List<Statement> more() {
        int a = first.things().size();
        int b = second.things().size();
        return List.of(
                new Statement(p.say("the first picture has more things than the second.", "第一张图里的东西比第二张图里的多。"), a > b),
                new Statement(p.say("the second picture has more things than the first.", "第二张图里的东西比第一张图里的多。"), b > a),
                new Statement(p.say("both pictures have as many things.", "两张图里的东西一样多。"), a == b));
    }

    private List<Statement> together() {
        int sum = first.things().size() + second.things().size();
        List<Statement> out = new ArrayList<>();
        for (int n = Math.max(2, sum - 1); n <= Math.min(8, sum + 1); n++) {
            out.add(new Statement(p.say("there are " + p.number(n, "") + " things in the two pictures together.",
                    "两张图里一共有" + p.number(n, "个") + "东西。"), n == sum));
        }
        return out;
    }

    private List<Statement> ground() {
        return List.of(new Statement(p.say("both pictures have the same background.", "两张图的背景颜色一样。"),
                first.ground() == second.ground()));
    }
}
