package org.diptych.engine.models.llava;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.text.TextTokenizer;

/// From texts with pictures in them to ids, and which of them are learnt (haotian-liu/LLaVA `mm_utils.py` `tokenizer_image_token`, `train/train.py`
/// `preprocess_v1` and `preprocess_plain`).
///
/// @param image id of a picture's place
public record Prompts(TextTokenizer tokenizer, long image) {
    /// @param read   the text's tokens
    /// @param labels their ids where they are learnt, `-100` elsewhere
    /// @param fits   false when the rounds' lengths do not add up to the text's: then nothing is learnt, as in the reference
    public record Taught(Tokens read, long[] labels, boolean fits) {
        public long[] ids() {
            return read.ids();
        }
    }

    /// @return the text's tokens behind the begin token, one for each picture; spans point into the text
    public Tokens read(String text) {
        List<Tokens.Token> all = new ArrayList<>();
        begin().ifPresent(id -> all.add(new Tokens.Token(id, tokenizer.readable(id), -1, -1, 0)));
        int at = 0;
        for (String part : text.split(Template.IMAGE, -1)) {
            if (at > 0) {
                all.add(new Tokens.Token((int) image, Template.IMAGE, at - Template.IMAGE.length(), at, 0));
            }
            int shift = at;
            tokenizer.encode(part, Integer.MAX_VALUE).tokens().stream().filter(t -> !t.special())
                    .forEach(t -> all.add(new Tokens.Token(t.id(), t.string(), t.start() + shift, t.end() + shift, 0)));
            at += part.length() + Template.IMAGE.length();
        }
        return new Tokens(text, all, false);
    }

    private OptionalInt begin() {
        return tokenizer.beginId();
    }

    /// A conversation of [Template.Style#TWO]: the answers with their closing token are learnt.
    public Taught rounds(Template template, String conversation) {
        Tokens whole = read(conversation);
        long[] labels = whole.ids();
        int at = Math.min(1, labels.length);
        Arrays.fill(labels, 0, at, Splice.IGNORED);
        String answers = template.separator() + template.assistant() + ": ";
        boolean first = true;
        for (String round : conversation.split(java.util.regex.Pattern.quote(template.second().orElseThrow()), -1)) {
            String[] parts = round.split(java.util.regex.Pattern.quote(answers), -1);
            if (round.isEmpty() || parts.length != 2) {
                break;
            }
            // The begin token that is counted with each round stands for the closing token that was split away; without a space of its own a later round is one shorter.
            int shorter = first || tokenizer.legacy() ? 0 : 1;
            int length = read(round).size() - shorter;
            // Behind the last word stands a space, which is a token of its own to some tokenizers; it belongs to the answer.
            int blank = read(parts[0] + answers).size() - read((parts[0] + answers).stripTrailing()).size();
            int asked = read(parts[0] + answers).size() - 1 - blank - shorter;
            Arrays.fill(labels, Math.min(at, labels.length), Math.min(at + asked, labels.length), Splice.IGNORED);
            at += length;
            first = false;
        }
        Arrays.fill(labels, Math.min(at, labels.length), labels.length, Splice.IGNORED);
        boolean fits = at == labels.length;
        if (!fits) {
            Arrays.fill(labels, Splice.IGNORED);
        }
        return new Taught(whole, labels, fits);
    }

    /// A picture and its caption, as the projector is taught: all but the picture is learnt.
    public Taught caption(Template template, String caption) {
        Tokens whole = read(Template.IMAGE + caption + template.separator());
        long[] labels = whole.ids();
        Arrays.fill(labels, 0, read(Template.IMAGE).size(), Splice.IGNORED);
        return new Taught(whole, labels, true);
    }

    /// A text without a picture, as a language model learns it: all but the begin token.
    public Taught whole(String text) {
        Tokens whole = read(text);
        long[] labels = whole.ids();
        Arrays.fill(labels, 0, Math.min(1, labels.length), Splice.IGNORED);
        return new Taught(whole, labels, true);
    }
}
