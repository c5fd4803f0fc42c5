package org.diptych.engine.data.toybox;

import org.diptych.engine.api.Conversation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Writes conversations, descriptions and reasoning about a scene.
final class Conversations {
    private static final int MOST_TURNS = 4;

    /// What a thing is an example of; things that are of no such class (a cup, a star) are never asked about.
    private enum Family {
        ANIMAL("an animal", "动物", List.of(Kind.FISH, Kind.BIRD, Kind.CAT)), VEHICLE("a vehicle", "交通工具",
                List.of(Kind.CAR, Kind.BOAT)), FRUIT("a fruit", "水果",
                        List.of(Kind.APPLE, Kind.BANANA)), PLANT("a plant", "植物", List.of(Kind.TREE, Kind.FLOWER));

        private final String en;
        private final String zh;
        private final List<Kind> kinds;

        Family(String en, String zh, List<Kind> kinds) {
            this.en = en;
            this.zh = zh;
            this.kinds = kinds;
        }
    }

    private Conversations() {
    }

    /// @return one of each form
    static List<Conversation> of(Layout layout, Phrases p, Dice dice) {
        List<Question> questions = new ArrayList<>(Questions.of(layout, p, dice));
        dice.shuffle(questions);
        List<Conversation.Turn> turns = questions.subList(0, Math.min(2 + dice.roll(MOST_TURNS - 1), questions.size()))
                .stream()
                .map(q -> new Conversation.Turn(q.text(), q.reply())).toList();
        return List.of(new Conversation("conversation", turns),
                new Conversation("description",
                        List.of(new Conversation.Turn(dice.pick(p.chinese()
                                ? List.of("请描述这幅画。", "画面里有什么？请说得详细一点。")
                                : List.of("describe this picture.", "what can you see? tell me all about it.")),
                                description(layout, p)))),
                new Conversation("reasoning", List.of(reasoning(layout, p, dice))));
    }

    private static String description(Layout layout, Phrases p) {
        List<Thing> things = layout.things();
        int n = things.size();
        String all = p.list(things.stream().map(p::sized).toList());
        StringBuilder out = new StringBuilder(n == 1
                ? p.say("there is " + all + " in this picture.", "画面里有" + all + "。")
                : p.say("there are " + p.number(n, "") + " things in this picture: " + all + ".",
                        "画面里有" + p.number(n, "个") + "东西：" + all + "。"));
        for (int i = 0; i + 1 < n; i++) {
            Thing a = things.get(i);
            Thing b = things.get(i + 1);
            Relation relation = Relation.between(a, b);
            out.append(p.say(" " + p.the(a) + " is " + relation.en + " " + p.the(b) + ".",
                    p.the(a) + "在" + p.the(b) + relation.zh + "。"));
        }
        return out.append(p.say(" the background is " + layout.ground().en + ".", "背景是" + layout.ground().zh + "的。"))
                .toString();
    }

    private static Conversation.Turn reasoning(Layout layout, Phrases p, Dice dice) {
        Optional<Conversation.Turn> last = last(layout, p);
        return last.isPresent() && dice.roll(2) == 0 ? last.get() : belongs(layout, p, dice);
    }

    private static Conversation.Turn belongs(Layout layout, Phrases p, Dice dice) {
        Family asked = dice.pick(List.of(Family.values()));
        String question = p.say("is there " + asked.en + " in this picture? how can you tell?",
                "画面里有" + asked.zh + "吗？你是怎么知道的？");
        Optional<Thing> found = layout.things().stream().filter(t -> asked.kinds.contains(t.kind())).findFirst();
        if (found.isPresent()) {
            Thing thing = found.get();
            return new Conversation.Turn(question,
                    p.say("yes, there is " + p.a(thing) + ", and " + p.a(thing.kind()) + " is " + asked.en + ".",
                            "有。画面里有" + p.a(thing) + "，" + p.kind(thing.kind()) + "是" + asked.zh + "。"));
        }
        boolean single = layout.things().size() == 1;
        String all = p.list(layout.things().stream().map(p::a).toList());
        return new Conversation.Turn(question,
                p.say("no, there is only " + all + ", and " + (single ? "it is not " : "none of them is ") + asked.en
                        + ".",
                        "没有。画面里只有" + all + "，" + (single ? "它不是" : "它们都不是") + asked.zh + "。"));
    }

    /// Needs the order of all things, not one thing alone.
    private static Optional<Conversation.Turn> last(Layout layout, Phrases p) {
        List<Thing> order = layout.things().stream().sorted(Comparator.comparingDouble(Thing::centreX)).toList();
        if (order.size() < 2 || order.getLast().x() <= order.get(order.size() - 2).centreX()) {
            return Optional.empty();
        }
        String what = p.the(order.getLast());
        return Optional.of(new Conversation.Turn(
                p.say("a snail goes from left to right. what does it meet last? tell me why.",
                        "一只蜗牛从左边走到右边，最后会碰到什么？为什么？"),
                p.say(what + ", because nothing is further to the right.", "是" + what + "，因为它在最右边。")));
    }
}
