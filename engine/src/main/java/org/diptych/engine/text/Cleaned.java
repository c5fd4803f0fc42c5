package org.diptych.engine.text;

import java.util.Arrays;

/// A text after some change, and for each of its characters (UTF-16 units) where in the person's own text it came from.
///
/// @param start of each character, its first in the original
/// @param end   of each character, the one after its last in the original
record Cleaned(String text, int[] start, int[] end) {

    /// The text as it is, but for halves of surrogate pairs, which no tokenizer can read: they become U+FFFD.
    static Cleaned of(String original) {
        StringBuilder text = new StringBuilder(original);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (pair) {
                i++;
            } else if (Character.isSurrogate(c)) {
                text.setCharAt(i, '\ufffd');
            }
        }
        int[] start = new int[original.length()];
        int[] end = new int[original.length()];
        Arrays.setAll(start, i -> i);
        Arrays.setAll(end, i -> i + 1);
        return new Cleaned(text.toString(), start, end);
    }

    /// @return the same with a space before it that came from nowhere
    Cleaned afterSpace() {
        int[] starts = new int[start.length + 1];
        int[] ends = new int[end.length + 1];
        System.arraycopy(start, 0, starts, 1, start.length);
        System.arraycopy(end, 0, ends, 1, end.length);
        return new Cleaned(" " + text, starts, ends);
    }

    /// @param from first character here
    /// @param to   character after the last here
    /// @return first and one-after-last character in the original
    int[] span(int from, int to) {
        if (from >= to) {
            int at = from < start.length ? start[from] : start.length == 0 ? 0 : end[start.length - 1];
            return new int[]{at, at};
        }
        return new int[]{start[from], end[to - 1]};
    }

    /// Collects the next form of a text piece by piece.
    static final class Builder {
        private final StringBuilder text = new StringBuilder();
        private final Cleaned from;
        private int[] start;
        private int[] end;

        Builder(Cleaned from) {
            this.from = from;
            start = new int[from.text.length() + 16];
            end = new int[start.length];
        }

        /// @param piece what stands now for the characters `a` to `b` (excluded) of the former form
        void add(CharSequence piece, int a, int b) {
            if (text.length() + piece.length() > start.length) {
                int longer = (text.length() + piece.length()) * 2;
                start = Arrays.copyOf(start, longer);
                end = Arrays.copyOf(end, longer);
            }
            for (int i = 0; i < piece.length(); i++) {
                start[text.length() + i] = from.start[a];
                end[text.length() + i] = from.end[b - 1];
            }
            text.append(piece);
        }

        Cleaned build() {
            return new Cleaned(text.toString(), Arrays.copyOf(start, text.length()), Arrays.copyOf(end, text.length()));
        }
    }
}
