package org.diptych.engine.api;

import java.util.List;

/// What the values of a run's log are called, and in which unit they are.
public final class ValueNames {
    /// Behind the name of a score that is reached with a blank picture.
    public static final String BLANK = ".blank";

    /// Share of the captions, written at an evaluation, that name every thing in the picture.
    public static final String CAPTIONS = "validation.captions";
    /// Words that such captions have in common with the set's own, 0 to 1, where it is not known what is in the pictures.
    public static final String WORDS = "validation.words";
    /// Share of the replies, written at an evaluation, that are what should have been said.
    public static final String REPLIES = "validation.replies";
    /// How right what a model writes is.
    public static final List<String> WRITTEN = List.of(CAPTIONS, WORDS, REPLIES);

    private static final String ACCURACY = "validation.accuracy.";
    private static final List<String> FAMILIES = List.of("validation.loss.", ACCURACY, "validation.",
            "loss.", "forwards.", "ms.", "mib.");

    private ValueNames() {
    }

    /// @return the place of a value's family among the others; behind all where it has none
    public static int family(String value) {
        for (int i = 0; i < FAMILIES.size(); i++) {
            if (value.startsWith(FAMILIES.get(i))) {
                return i;
            }
        }
        return FAMILIES.size();
    }

    /// @return `training loss`; the log's own word for what no text is written about
    public static Message name(String value) {
        return text("curves.name.", value);
    }

    /// @return the title of its axis, with the unit
    public static Message axis(String value) {
        return text("curves.axis.", value);
    }

    private static Message text(String prefix, String value) {
        if (Texts.ENGLISH.has(prefix + value)) {
            return Message.of(prefix + value);
        }
        if (value.startsWith(ACCURACY) && value.endsWith(BLANK)) {
            return Message.of(prefix + "validation.accuracy.blank",
                    value.substring(ACCURACY.length(), value.length() - BLANK.length()));
        }
        int family = family(value);
        if (family == FAMILIES.size()) {
            return Message.of("curves.plain", value);
        }
        String start = FAMILIES.get(family);
        return Message.of(prefix + start + "any", value.substring(start.length()));
    }
}
