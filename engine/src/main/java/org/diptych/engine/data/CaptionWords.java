package org.diptych.engine.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;

/// Which words a set's texts are made of, cut as BERT's tokenizer cuts them before it looks them up (google-research/bert `BasicTokenizer`, without its stripping of accents): lower case, apart at
/// gaps, and each mark and each Chinese character by itself.
public final class CaptionWords {
    private static final int[][] CHINESE = {{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
            {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF}, {0x2F800, 0x2FA1F}};

    private CaptionWords() {
    }

    /// @param rows  of which those for training count
    /// @param known words that are none of those looked for
    /// @param most  how many at most
    /// @return captions' and conversations' words, the most frequent first and the equally frequent in the order of their characters
    public static List<String> of(List<DataRow> rows, Collection<String> known, int most) {
        Map<String, Integer> times = new HashMap<>();
        for (DataRow row : rows) {
            if (row.part() == DataRow.Part.TRAIN) {
                cut(row.caption()).forEach(word -> times.merge(word, 1, Integer::sum));
                for (Conversation.Turn turn : row.turns()) {
                    cut(turn.question()).forEach(word -> times.merge(word, 1, Integer::sum));
                    cut(turn.answer()).forEach(word -> times.merge(word, 1, Integer::sum));
                }
            }
        }
        times.keySet().removeAll(known);
        return times.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most).map(Map.Entry::getKey).toList();
    }

    /// @return the words of a text, each as often as it stands there
    static List<String> cut(String text) {
        List<String> out = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (gap(c) || alone(c)) {
                if (!word.isEmpty()) {
                    out.add(word.toString());
                    word.setLength(0);
                }
                if (alone(c)) {
                    out.add(Character.toString(c));
                }
            } else if (!dropped(c)) {
                word.append(Character.toString(c).toLowerCase(Locale.ROOT)); // one by one, for what stands beside has no say in BERT either
            }
        });
        if (!word.isEmpty()) {
            out.add(word.toString());
        }
        return out;
    }

    private static boolean gap(int c) {
        return c == '\t' || c == '\n' || c == '\r' || c == 0x85 || Character.isSpaceChar(c);
    }

    private static boolean alone(int c) {
        boolean ascii = c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c);
        return ascii || switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION ->
                true;
            default -> chinese(c);
        };
    }

    private static boolean chinese(int c) {
        for (int[] range : CHINESE) {
            if (c >= range[0] && c <= range[1]) {
                return true;
            }
        }
        return false;
    }

    /// Control characters and what has no meaning of its own.
    private static boolean dropped(int c) {
        return c == 0xFFFD || switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.UNASSIGNED, Character.PRIVATE_USE,
                    Character.SURROGATE ->
                true;
            default -> false;
        };
    }
}
