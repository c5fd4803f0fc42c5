package org.diptych.engine.text;

import java.util.Locale;

/// What CLIP does to a text before its byte pairs (`clip/simple_tokenizer.py`): character references resolved twice, white space collapsed
/// and trimmed, all lower case. Where each character came from is kept.
final class ClipText {
    private ClipText() {
    }

    static Cleaned clean(String text) {
        return lower(collapse(CharacterReferences.resolve(CharacterReferences.resolve(Cleaned.of(text)))));
    }

    private static Cleaned collapse(Cleaned in) {
        Cleaned.Builder out = new Cleaned.Builder(in);
        String text = in.text();
        boolean begun = false;
        for (int i = 0; i < text.length();) {
            int to = i;
            while (to < text.length() && space(text.charAt(to))) {
                to++;
            }
            if (to == text.length()) {
                break;
            }
            if (to > i && begun) {
                out.add(" ", i, to);
            }
            out.add(text.substring(to, to + 1), to, to + 1);
            begun = true;
            i = to + 1;
        }
        return out.build();
    }

    /// White space as Python's `str.isspace` has it; none of it lies outside the basic plane.
    private static boolean space(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
    }

    private static Cleaned lower(Cleaned in) {
        Cleaned.Builder out = new Cleaned.Builder(in);
        String text = in.text();
        String whole = text.toLowerCase(Locale.ROOT);
        int done = 0;
        for (int i = 0; i < text.length();) {
            int next = i + Character.charCount(text.codePointAt(i));
            // The length of a letter's lower case does not hang on its neighbours, though its form may (the Greek final sigma).
            int length = text.substring(i, next).toLowerCase(Locale.ROOT).length();
            out.add(whole.substring(done, done + length), i, next);
            done += length;
            i = next;
        }
        return out.build();
    }
}
