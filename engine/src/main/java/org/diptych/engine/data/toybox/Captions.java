package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.List;

/// What can be said of a scene, in English and Chinese. Every sentence is true, and which one is said is decided by a seed.
final class Captions {
    private static final List<String> OPENINGS = List.of("", "", "there is ", "a picture of ", "you can see ");
    private static final List<String> CHINESE_OPENINGS = List.of("", "", "画面里有", "图中有", "可以看到");

    private Captions() {
    }

    /// Names every thing with its colour, in any order.
    static Caption brief(Layout layout, boolean chinese, Dice dice) {
        List<Integer> order = order(layout, dice);
        Sentence sentence = new Sentence(chinese).say(dice.pick(chinese ? CHINESE_OPENINGS : OPENINGS));
        list(sentence, layout, order, chinese, false);
        return sentence.caption();
    }

    /// Names every thing with size and colour, and where the first two stand to each other.
    static Caption full(Layout layout, boolean chinese, Dice dice) {
        return full(layout, chinese, dice, false);
    }

    /// @param turned says the opposite of where the first stands to the second, which is never true
    private static Caption full(Layout layout, boolean chinese, Dice dice, boolean turned) {
        List<Integer> order = order(layout, dice);
        Sentence sentence = new Sentence(chinese);
        if (order.size() == 1) {
            return sentence.say(dice.pick(chinese ? CHINESE_OPENINGS : OPENINGS))
                    .name(layout.things().getFirst(), 0, true).caption();
        }
        Thing first = layout.things().get(order.get(0));
        Thing second = layout.things().get(order.get(1));
        Relation relation = turned
                ? Relation.between(first, second).opposite()
                : Relation.between(first, second);
        sentence.name(first, order.get(0), true);
        if (chinese) {
            sentence.say("在").name(second, order.get(1), true).say(relation.zh);
        } else {
            sentence.say(" " + relation.en + " ").name(second, order.get(1), true);
        }
        if (order.size() > 2) {
            sentence.say(chinese ? "，还有" : " with ");
            list(sentence, layout, order.subList(2, order.size()), chinese, true);
        }
        return sentence.caption();
    }

    private static List<Integer> order(Layout layout, Dice dice) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < layout.things().size(); i++) {
            order.add(i);
        }
        dice.shuffle(order);
        return order;
    }

    private static void list(Sentence sentence, Layout layout, List<Integer> order, boolean chinese, boolean sized) {
        for (int i = 0; i < order.size(); i++) {
            if (i > 0) {
                boolean last = i == order.size() - 1;
                sentence.say(chinese ? last ? "和" : "、" : last ? " and " : ", ");
            }
            sentence.name(layout.things().get(order.get(i)), order.get(i), sized);
        }
    }

    /// @return a caption in the form that a plan names: `short`, `full` or `mixed`
    static Caption of(Layout layout, String form, boolean chinese, Dice dice) {
        return of(layout, form, chinese, dice, false);
    }

    /// @return the same caption with its relation turned round; the true caption where it tells none
    static Caption turned(Layout layout, String form, boolean chinese, Dice dice) {
        return of(layout, form, chinese, dice, true);
    }

    private static Caption of(Layout layout, String form, boolean chinese, Dice dice, boolean turned) {
        return switch (form) {
            case "short" -> brief(layout, chinese, dice);
            case "full" -> full(layout, chinese, dice, turned);
            default ->
                dice.roll(2) == 0 ? brief(layout, chinese, dice) : full(layout, chinese, dice, turned);
        };
    }
}
