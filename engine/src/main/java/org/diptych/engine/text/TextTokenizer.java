package org.diptych.engine.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Tokens;

/// One model's way from text to ids and back. Made by [Tokenizers]; may be used by several threads at once until it is closed.
public final class TextTokenizer implements AutoCloseable {
    /// How pieces are spelt.
    enum Spelling {
        /// Letters stand for bytes; a word ends in `</w>`.
        CLIP,
        /// Letters stand for bytes; a word begins with the letter of the space.
        BYTES,
        /// A piece within a word begins with `##`.
        WORD_PIECE,
        /// U+2581 stands for the space.
        SENTENCE_PIECE
    }

    private static final String BLANK = "\u2423"; // open box, the sign for a space

    private final HuggingFaceTokenizer inner;
    private final Vocabulary vocabulary;
    private final Spelling spelling;
    private final int padId;
    private final OptionalInt unknownId;
    private final boolean spaceFirst;
    private final List<Integer> before;
    private final List<Integer> between;
    private final List<Integer> after;

    TextTokenizer(HuggingFaceTokenizer inner, Vocabulary vocabulary, Spelling spelling, int padId,
            OptionalInt unknownId, boolean spaceFirst) {
        this.inner = inner;
        this.vocabulary = vocabulary;
        this.spelling = spelling;
        this.padId = padId;
        this.unknownId = unknownId;
        this.spaceFirst = spaceFirst;
        // Asking beats reading the many ways in which a file can describe what stands around a text.
        Encoding one = inner.encode("a", true, false);
        Encoding two = inner.encode("a", "a", true, false);
        int[] single = runs(one);
        int[] pair = runs(two);
        before = ids(one, 0, single[0]);
        after = ids(one, single[1], one.getIds().length);
        between = pair.length == 4 ? ids(two, pair[1], pair[2]) : List.of();
    }

    /// @return where each run of content begins and ends, by turns
    private static int[] runs(Encoding encoding) {
        long[] mask = encoding.getSpecialTokenMask();
        long[] sequences = encoding.getSequenceIds();
        List<Integer> edges = new ArrayList<>();
        boolean inside = false;
        for (int i = 0; i < mask.length; i++) {
            boolean content = mask[i] == 0;
            boolean next = inside && content && sequences[i] != sequences[i - 1];
            if (content != inside) {
                edges.add(i);
            } else if (next) {
                edges.add(i);
                edges.add(i);
            }
            inside = content;
        }
        if (inside) {
            edges.add(mask.length);
        }
        if (edges.isEmpty()) {
            throw new IllegalArgumentException("no piece for the letter a");
        }
        return edges.stream().mapToInt(Integer::intValue).toArray();
    }

    private static List<Integer> ids(Encoding encoding, int from, int to) {
        List<Integer> ids = new ArrayList<>();
        for (int i = from; i < to; i++) {
            ids.add((int) encoding.getIds()[i]);
        }
        return List.copyOf(ids);
    }

    /// @param text      any text, also an empty one
    /// @param maxLength most tokens, specials included; the end of a longer text is left out, the closing special token is not
    /// @throws IllegalArgumentException when not even the special tokens fit
    public Tokens encode(String text, int maxLength) {
        int room = room(maxLength, before.size() + after.size());
        List<Tokens.Token> content = pieces(text, 0, 0);
        List<Tokens.Token> all = new ArrayList<>();
        specials(all, before, 0);
        all.addAll(content.subList(0, Math.min(room, content.size())));
        specials(all, after, 0);
        return new Tokens(text, all, content.size() > room);
    }

    /// Two texts in one sequence, the second in segment 1. What is too long loses the end of the longer one, token by token. [Tokens#text()]
    /// holds both texts with a line break between them, and spans point into it.
    ///
    /// @throws IllegalArgumentException when not even the special tokens fit
    public Tokens encodePair(String first, String second, int maxLength) {
        int room = room(maxLength, before.size() + between.size() + after.size());
        List<Tokens.Token> a = pieces(first, 0, 0);
        List<Tokens.Token> b = pieces(second, 1, first.length() + 1);
        boolean truncated = a.size() + b.size() > room;
        int keptA = a.size();
        int keptB = b.size();
        while (keptA + keptB > room) {
            if (keptA > keptB) {
                keptA--;
            } else {
                keptB--;
            }
        }
        List<Tokens.Token> all = new ArrayList<>();
        specials(all, before, 0);
        all.addAll(a.subList(0, keptA));
        specials(all, between.subList(0, Math.min(1, between.size())), 0);
        specials(all, between.subList(Math.min(1, between.size()), between.size()), 1);
        all.addAll(b.subList(0, keptB));
        specials(all, after, 1);
        return new Tokens(first + "\n" + second, all, truncated);
    }

    private static int room(int maxLength, int specials) {
        if (maxLength < specials) {
            throw new IllegalArgumentException(maxLength + " tokens do not hold the " + specials + " special ones");
        }
        return maxLength - specials;
    }

    private void specials(List<Tokens.Token> to, List<Integer> ids, int segment) {
        ids.forEach(id -> to.add(new Tokens.Token(id, readable(id), -1, -1, segment)));
    }

    private List<Tokens.Token> pieces(String text, int segment, int shift) {
        Cleaned plain = spelling == Spelling.CLIP ? ClipText.clean(text) : Cleaned.of(text);
        Cleaned cleaned = spaceFirst && !text.isEmpty() ? plain.afterSpace() : plain;
        Encoding encoding = inner.encode(cleaned.text(), false, false);
        long[] ids = encoding.getIds();
        CharSpan[] spans = encoding.getCharTokenSpans();
        int[] places = places(cleaned.text());
        List<Tokens.Token> tokens = new ArrayList<>(ids.length);
        boolean lone = spaceFirst && ids.length > 1 && piece((int) ids[0]).equals(Optional.of("\u2581"))
                && vocabulary.added((int) ids[1]); // the first space is not put before a special token
        for (int i = lone ? 1 : 0; i < ids.length; i++) {
            int from = spans[i] == null ? 0 : places[spans[i].getStart()];
            int to = spans[i] == null ? 0 : places[spans[i].getEnd()];
            while (to - from > 1 && Character.isWhitespace(cleaned.text().charAt(from))) {
                from++; // a word's own space is not part of what a person points at
            }
            int[] span = cleaned.span(from, to);
            tokens.add(
                    new Tokens.Token((int) ids[i], readable((int) ids[i]), span[0] + shift, span[1] + shift, segment));
        }
        return tokens;
    }

    /// The library counts code points, Java counts UTF-16 units.
    private static int[] places(String text) {
        int[] places = new int[text.codePointCount(0, text.length()) + 1];
        for (int i = 1; i < places.length; i++) {
            places[i] = text.offsetByCodePoints(places[i - 1], 1);
        }
        return places;
    }

    /// @return ids of a text without the special tokens around it
    public long[] pieceIds(String text) {
        return pieces(text, 0, 0).stream().mapToLong(Tokens.Token::id).toArray();
    }

    /// @return a text of the ids, special tokens left out
    public String decode(long[] ids) {
        if (spelling != Spelling.CLIP) {
            return inner.decode(ids, true);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (long id : ids) {
            String piece = vocabulary.added((int) id) ? "" : piece((int) id).orElse("");
            boolean end = piece.endsWith("</w>");
            ByteAlphabet.bytes(end ? piece.substring(0, piece.length() - 4) : piece).ifPresent(out::writeBytes);
            if (end) {
                out.write(' ');
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /// @return the ids of the tokens, filled up to `length` with [#padId()]
    public long[] padded(Tokens tokens, int length) {
        long[] ids = new long[length];
        Arrays.fill(ids, padId);
        System.arraycopy(tokens.ids(), 0, ids, 0, Math.min(length, tokens.size()));
        return ids;
    }

    /// @return how many tokens of a text are of no word the model knows
    public int unknowns(Tokens tokens) {
        return (int) tokens.tokens().stream().filter(t -> unknownId.isPresent() && t.id() == unknownId.getAsInt())
                .count();
    }

    /// @return the piece as the vocabulary spells it
    public Optional<String> piece(int id) {
        return vocabulary.piece(id);
    }

    /// @return the id of a piece spelt as in the vocabulary
    public OptionalInt id(String piece) {
        return vocabulary.id(piece);
    }

    /// @return one more than the highest id, so the least number of rows of an embedding table
    public int size() {
        return vocabulary.size();
    }

    /// @return false for a SentencePiece tokenizer that puts its space before the whole text only, not after each special token too
    public boolean legacy() {
        return !spaceFirst;
    }

    public int padId() {
        return padId;
    }

    public OptionalInt maskId() {
        return vocabulary.firstOf("<mask>", "[MASK]");
    }

    /// @return nothing for a vocabulary without a mask token or without ordinary words
    public Optional<Lexicon> lexicon() {
        int[] ordinary = IntStream.range(0, size()).filter(i -> piece(i).isPresent() && !vocabulary.added(i))
                .toArray();
        return maskId().isEmpty() || ordinary.length == 0
                ? Optional.empty()
                : Optional.of(new Lexicon(maskId().getAsInt(), ordinary[0], ordinary[ordinary.length - 1] + 1,
                        inner(ordinary)));
    }

    /// CLIP's pieces say where a word ends, not where it begins; but CLIP hides no words.
    private BitSet inner(int[] ordinary) {
        BitSet out = new BitSet();
        if (spelling == Spelling.CLIP) {
            return out;
        }
        boolean marksInner = spelling == Spelling.WORD_PIECE;
        String mark = marksInner ? "##" : spelling == Spelling.BYTES ? "\u0120" : "\u2581";
        BitSet marked = new BitSet();
        for (int id : ordinary) {
            String piece = piece(id).orElseThrow();
            marked.set(id, piece.length() > mark.length() && piece.startsWith(mark));
        }
        for (int id : ordinary) {
            // a vocabulary of whole words marks none of them
            out.set(id, marksInner ? marked.get(id) : !marked.isEmpty() && !marked.get(id));
        }
        return out;
    }

    public OptionalInt unknownId() {
        return unknownId;
    }

    /// @return the first special token before a text (SOT, `[CLS]`, `<s>`), if the model has one
    public OptionalInt beginId() {
        return before.isEmpty() ? OptionalInt.empty() : OptionalInt.of(before.getFirst());
    }

    /// @return the last special token after a text (EOT, `[SEP]`, `</s>`), if the model has one
    public OptionalInt endId() {
        return after.isEmpty() ? OptionalInt.empty() : OptionalInt.of(after.getLast());
    }

    /// @return a piece as a person reads it: without word marks, a lone space as an open box, part of a character as its bytes
    public String readable(int id) {
        String piece = vocabulary.piece(id).orElse("#" + id);
        if (vocabulary.added(id)) {
            return piece;
        }
        String text = switch (spelling) {
            case CLIP -> letters(piece.endsWith("</w>") ? piece.substring(0, piece.length() - 4) : piece);
            case BYTES -> letters(piece);
            case WORD_PIECE -> piece.length() > 2 && piece.startsWith("##") ? piece.substring(2) : piece;
            case SENTENCE_PIECE -> piece.replace('\u2581', ' ');
        };
        return text.isBlank() ? BLANK : text.strip();
    }

    private static String letters(String piece) {
        return ByteAlphabet.bytes(piece).map(ByteAlphabet::readable).orElse(piece);
    }

    @Override
    public void close() {
        inner.close();
    }
}
