package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.List;

/// Puts a caption together piece by piece, keeping track of where each thing is named.
final class Sentence {
    private final StringBuilder text = new StringBuilder();
    private final List<Caption.Mention> mentions = new ArrayList<>();
    private final boolean chinese;

    Sentence(boolean chinese) {
        this.chinese = chinese;
    }

    Sentence say(String words) {
        text.append(words);
        return this;
    }

    /// Names a thing with its article or measure word.
    ///
    /// @param index of the thing in its scene
    /// @param sized whether its size is told
    Sentence name(Thing thing, int index, boolean sized) {
        if (chinese) {
            text.append("一").append(thing.kind().measure);
            int start = text.length();
            text.append(thing.hue().zh).append("的").append(sized ? thing.large() ? "大" : "小" : "")
                    .append(thing.kind().zh);
            mentions.add(new Caption.Mention(index, start, text.length()));
        } else {
            String first = sized ? thing.large() ? "large" : "small" : thing.hue().en;
            text.append(Kind.article(first)).append(' ');
            int start = text.length();
            text.append(sized ? first + " " : "").append(thing.hue().en).append(' ').append(thing.kind().en);
            mentions.add(new Caption.Mention(index, start, text.length()));
        }
        return this;
    }

    Caption caption() {
        return new Caption(text.toString(), mentions);
    }
}
