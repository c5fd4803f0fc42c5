package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Questions with answers from a closed list. Only what is certain is asked: nothing near the middle between left and right, no `the fish` where there are two.
final class Questions {
    private static final double MIDDLE = 32;
    private static final double CLEARLY = 8;

    private final Layout layout;
    private final Phrases p;
    private final Dice dice;
    private final List<Question> out = new ArrayList<>();

    private Questions(Layout layout, Phrases phrases, Dice dice) {
        this.layout = layout;
        this.p = phrases;
        this.dice = dice;
    }

    /// @return one question of each form that the scene allows
    static List<Question> of(Layout layout, Phrases phrases, Dice dice) {
        Questions questions = new Questions(layout, phrases, dice);
        questions.kind();
        questions.side();
        questions.colour();
        questions.count();
        questions.present();
        questions.place();
        questions.size();
        questions.compare();
        questions.background();
        return questions.out;
    }

    /// @return every answer that any question can have, each once
    static List<String> answers(Phrases p) {
        Set<String> out = new LinkedHashSet<>();
        if (p.chinese()) {
            out.addAll(List.of("有", "没有", "在", "不在", "是", "不是"));
        } else {
            out.addAll(List.of("yes", "no"));
        }
        Hue.ALL.forEach(h -> out.add(p.hue(h)));
        Kind.ALL.forEach(k -> out.add(p.kind(k)));
        Ground.ALL.forEach(g -> out.add(p.say(g.en, g.zh)));
        for (int i = 0; i <= 4; i++) {
            int number = i;
            if (p.chinese()) {
                out.add(p.number(number, "个"));
                Kind.ALL.forEach(k -> out.add(p.number(number, k.measure)));
            } else {
                out.add(number == 0 ? "none" : p.number(number, ""));
            }
        }
        out.add(p.say("large", "大的"));
        out.add(p.say("small", "小的"));
        out.addAll(p.chinese()
                ? List.of("左边", "右边", "上边", "下边", "中间")
                : List.of("on the left", "on the right", "at the top", "at the bottom", "in the middle"));
        return List.copyOf(out);
    }

    private void add(String form, String text, String answer, String reply) {
        out.add(new Question(form, text, answer, reply));
    }

    private boolean one(Predicate<Thing> which) {
        return layout.things().stream().filter(which).count() == 1;
    }

    private List<Thing> those(Predicate<Thing> which) {
        return layout.things().stream().filter(which).toList();
    }

    private void kind() {
        List<Thing> things = those(t -> one(o -> o.hue() == t.hue()));
        if (things.isEmpty()) {
            return;
        }
        Thing thing = dice.pick(things);
        String hue = p.hue(thing.hue());
        add("kind", dice.pick(p.chinese()
                ? List.of(hue + "的东西是什么？", "画面里" + hue + "的是什么？")
                : List.of("what is the " + hue + " thing?", "what is " + hue + " in this picture?")),
                p.kind(thing.kind()), p.say("the " + hue + " thing is " + p.a(thing.kind()) + ".",
                        hue + "的东西是" + p.a(thing.kind()) + "。"));
    }

    private void side() {
        for (Thing anchor : layout.things()) {
            for (Relation side : Relation.values()) {
                var found = Facts.only(layout, side, anchor);
                if (found.isPresent()) {
                    Thing thing = found.get();
                    add("side",
                            p.say("what is " + side.en + " " + p.the(anchor) + "?", p.the(anchor) + side.zh + "是什么？"),
                            p.kind(thing.kind()),
                            p.say(p.a(thing) + " is " + side.en + " " + p.the(anchor) + ".",
                                    p.the(anchor) + side.zh + "是" + p.a(thing) + "。"));
                    return;
                }
            }
        }
    }

    private void colour() {
        List<Thing> things = those(t -> one(o -> o.kind() == t.kind()));
        if (things.isEmpty()) {
            return;
        }
        Thing thing = dice.pick(things);
        String kind = p.kind(thing.kind());
        String hue = p.hue(thing.hue());
        add("colour", dice.pick(p.chinese()
                ? List.of(kind + "是什么颜色的？", kind + "是什么颜色？")
                : List.of("what colour is the " + kind + "?", "what is the colour of the " + kind + "?")), hue,
                p.say("the " + kind + " is " + hue + ".", kind + "是" + hue + "的。"));
    }

    private void count() {
        int about = dice.roll(3);
        Thing like = dice.pick(layout.things());
        if (about == 0) {
            int n = layout.things().size();
            counted(n, "个", p.say("things", "东西"), p.say("thing", "东西"));
        } else if (about == 1) {
            Kind kind = dice.roll(4) == 0 ? dice.pick(Kind.ALL) : like.kind();
            counted(those(t -> t.kind() == kind).size(), kind.measure, p.say(p.plural(kind), kind.zh), p.kind(kind));
        } else {
            Hue hue = dice.roll(4) == 0 ? dice.pick(Hue.ALL) : like.hue();
            counted(those(t -> t.hue() == hue).size(), "个", p.say(hue.en + " things", hue.zh + "的东西"),
                    p.say(hue.en + " thing", hue.zh + "的东西"));
        }
    }

    private void counted(int n, String measure, String several, String single) {
        String answer = n == 0 && !p.chinese() ? "none" : p.number(n, measure);
        String reply = p.chinese()
                ? n == 0 ? "画面里没有" + several + "。" : "画面里有" + p.number(n, measure) + several + "。"
                : "there " + (n == 1 ? "is " : "are ") + p.number(n, measure) + " " + (n == 1 ? single : several) + ".";
        add("count", dice.pick(p.chinese()
                ? List.of("画面里有几" + measure + several + "？", "图中一共有几" + measure + several + "？")
                : List.of("how many " + several + " are there?", "how many " + several + " can you see?")), answer,
                reply);
    }

    private void present() {
        Thing like = dice.pick(layout.things());
        boolean kept = dice.roll(2) == 0;
        boolean kindChanges = dice.roll(2) == 0;
        Kind kind = kept || !kindChanges ? like.kind() : dice.pick(Kind.ALL);
        Hue hue = kept || kindChanges ? like.hue() : dice.pick(Hue.ALL);
        boolean there = !those(t -> t.kind() == kind && t.hue() == hue).isEmpty();
        String a = p.a(kind, hue);
        add("present", dice.pick(p.chinese()
                ? List.of("画面里有" + p.bare(kind, hue) + "吗？", "图中有" + a + "吗？")
                : List.of("is there " + a + "?", "can you see " + a + " in this picture?")),
                p.say(there ? "yes" : "no", there ? "有" : "没有"),
                p.say(there ? "yes, there is " + a + "." : "no, there is no " + p.bare(kind, hue) + ".",
                        there ? "有，画面里有" + a + "。" : "没有，画面里没有" + p.bare(kind, hue) + "。"));
    }

    private void place() {
        for (Thing thing : layout.things()) {
            double dx = thing.centreX() - MIDDLE;
            double dy = thing.centreY() - MIDDLE;
            double ax = Math.abs(dx);
            double ay = Math.abs(dy);
            String where;
            if (ax < CLEARLY / 2 && ay < CLEARLY / 2) {
                where = p.say("in the middle", "中间");
            } else if (ax >= CLEARLY && ay <= ax - CLEARLY) {
                where = dx < 0 ? p.say("on the left", "左边") : p.say("on the right", "右边");
            } else if (ay >= CLEARLY && ax <= ay - CLEARLY) {
                where = dy < 0 ? p.say("at the top", "上边") : p.say("at the bottom", "下边");
            } else {
                continue;
            }
            add("place", p.say("where is " + p.the(thing) + "?", p.the(thing) + "在画面的哪里？"), where,
                    p.say(p.the(thing) + " is " + where + ".", p.the(thing) + "在画面的" + where + "。"));
            return;
        }
    }

    private void size() {
        Thing thing = dice.pick(layout.things());
        String size = p.say(thing.large() ? "large" : "small", thing.large() ? "大的" : "小的");
        add("size", p.say("is " + p.the(thing) + " large or small?", p.the(thing) + "是大的还是小的？"), size,
                p.say(p.the(thing) + " is " + size + ".", p.the(thing) + "是" + size + "。"));
    }

    private void compare() {
        if (layout.things().size() < 2) {
            return;
        }
        List<Thing> two = new ArrayList<>(layout.things());
        dice.shuffle(two);
        Thing a = two.get(0);
        Thing b = two.get(1);
        Relation truth = Relation.between(a, b);
        boolean yes = dice.roll(2) == 0;
        Relation asked = yes ? truth : truth.opposite(); // a diagonal neighbour is in truth on two sides, but never on the opposite one
        add("relation",
                p.say("is " + p.the(a) + " " + asked.en + " " + p.the(b) + "?",
                        p.the(a) + "在" + p.the(b) + asked.zh + "吗？"),
                p.say(yes ? "yes" : "no", yes ? "在" : "不在"),
                p.say((yes ? "yes, " : "no, ") + p.the(a) + " is " + truth.en + " " + p.the(b) + ".",
                        (yes ? "在，" : "不在，") + p.the(a) + "在" + p.the(b) + truth.zh + "。"));
        boolean bigger = a.large() && !b.large();
        String is = p.say(bigger ? "is" : "is not", bigger ? "比" : "不比");
        add("bigger",
                p.say("is " + p.the(a) + " bigger than " + p.the(b) + "?", p.the(a) + "是不是比" + p.the(b) + "大？"),
                p.say(bigger ? "yes" : "no", bigger ? "是" : "不是"),
                p.say((bigger ? "yes, " : "no, ") + p.the(a) + " " + is + " bigger than " + p.the(b) + ".",
                        (bigger ? "是的，" : "不是，") + p.the(a) + is + p.the(b) + "大。"));
        if (a.large() != b.large() && a.kind() != b.kind()) {
            Thing large = a.large() ? a : b;
            Thing small = a.large() ? b : a;
            add("which",
                    p.say("which is bigger, " + p.the(a) + " or " + p.the(b) + "?",
                            p.the(a) + "和" + p.the(b) + "，哪个更大？"),
                    p.kind(large.kind()),
                    p.say(p.the(large) + " is bigger than " + p.the(small) + ".",
                            p.the(large) + "比" + p.the(small) + "大。"));
        }
    }

    private void background() {
        String ground = p.say(layout.ground().en, layout.ground().zh);
        add("background", p.say("what colour is the background?", "背景是什么颜色？"), ground,
                p.say("the background is " + ground + ".", "背景是" + ground + "的。"));
    }
}
