package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.List;

/// Parts of sentences in one of the two languages.
///
/// @param chinese else English
record Phrases(boolean chinese) {
    private static final List<String> NUMBERS = List.of("no", "one", "two", "three", "four", "five", "six", "seven",
            "eight");
    private static final String CHINESE_NUMBERS = "零一两三四五六七八";

    static Phrases of(String language) {
        return new Phrases(language.equals("zh"));
    }

    String say(String english, String inChinese) {
        return chinese ? inChinese : english;
    }

    String kind(Kind kind) {
        return say(kind.en, kind.zh);
    }

    String hue(Hue hue) {
        return say(hue.en, hue.zh);
    }

    String size(boolean large) {
        return say(large ? "large" : "small", large ? "大" : "小");
    }

    /// @return `red fish`; kind and colour name one thing of a scene, since no scene holds two of both
    String bare(Thing thing) {
        return bare(thing.kind(), thing.hue());
    }

    String bare(Kind kind, Hue hue) {
        return say(hue.en + " " + kind.en, hue.zh + "的" + kind.zh);
    }

    String the(Thing thing) {
        return say("the ", "") + bare(thing);
    }

    String a(Thing thing) {
        return a(thing.kind(), thing.hue());
    }

    String a(Kind kind, Hue hue) {
        return say(Kind.article(hue.en) + " ", "一" + kind.measure) + bare(kind, hue);
    }

    String a(Kind kind) {
        return say(Kind.article(kind.en) + " " + kind.en, "一" + kind.measure + kind.zh);
    }

    String sized(Thing thing) {
        return say("a " + size(thing.large()) + " " + bare(thing),
                "一" + thing.kind().measure + thing.hue().zh + "的" + size(thing.large()) + thing.kind().zh);
    }

    String plural(Kind kind) {
        return kind == Kind.FISH ? "fish" : kind.en + "s";
    }

    /// @param number  0 to 8
    /// @param measure what counts it in Chinese
    String number(int number, String measure) {
        return say(NUMBERS.get(number), number == 0 ? "没有" : CHINESE_NUMBERS.charAt(number) + measure);
    }

    String list(List<String> items) {
        List<String> rest = new ArrayList<>(items);
        String last = rest.removeLast();
        return rest.isEmpty() ? last : String.join(say(", ", "、"), rest) + say(" and ", "和") + last;
    }
}
