package org.diptych.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Tokens;
import org.diptych.golden.Compared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    private static final Path GOLDEN = Path.of("golden");
    private static final Path CLIP = GOLDEN.resolve("clip/tokenizer");

    @TempDir
    private Path folder;

    @Tag("golden")
    @ParameterizedTest
    @ValueSource(strings = {"clip/tokenizer", "roberta/tokenizer", "bert_tokenizer"})
    void equalsTheReference(String place) throws Exception {
        Compared compared = TokenizerGolden.compare(place, GOLDEN.resolve(place));
        assertThat(compared.failures()).isEmpty();
        assertThat(compared.compared()).isGreaterThan(30);
        assertThat(compared.line()).startsWith("golden " + place + " cases.json: ").endsWith("worst 0.0e+00");
    }

    @Test
    @Tag("unit")
    void spansPointIntoTheTextAsItWasWritten() throws Exception {
        try (TextTokenizer clip = Tokenizers.open(CLIP)) {
            assertThat(cut(clip, "a photo of a cat.")).containsExactly("a", "photo", "of", "a", "cat", ".");
            assertThat(cut(clip, "  UPPER\t\n lower  ")).containsExactly("UPPER", "lower");
            assertThat(cut(clip, "\ud83d\ude00 smile")).containsExactly("\ud83d\ude00", "smile");
            assertThat(cut(clip, "&lt;b&gt; html &amp;amp;")).containsExactly("&lt;", "b", "&gt;", "html", "&amp;amp;");
            assertThat(cut(clip, "\u4f60\u597d a")).as("two pieces, each of a part of the bytes, for one character")
                    .containsExactly("\u4f60", "\u4f60", "\u597d", "\u597d", "a");
        }
    }

    private static List<String> cut(TextTokenizer tokenizer, String text) {
        Tokens tokens = tokenizer.encode(text, 77);
        return tokens.tokens().stream().filter(t -> !t.special()).map(t -> text.substring(t.start(), t.end())).toList();
    }

    @Test
    @Tag("unit")
    void whatIsTooLongIsCutBeforeTheClosingTokenAndSaidSo() throws Exception {
        try (TextTokenizer clip = Tokenizers.open(CLIP)) {
            Tokens tokens = clip.encode("photo ".repeat(100), 77);
            assertThat(tokens.truncated()).isTrue();
            assertThat(tokens.size()).isEqualTo(77);
            assertThat(tokens.tokens().getLast().string()).isEqualTo("<|endoftext|>");
            assertThat(clip.encode("photo ".repeat(75), 77).truncated()).isFalse();
            assertThat(clip.encode("", 77).ids()).containsExactly(49406, 49407);
            assertThat(clip.size()).isEqualTo(49408);
            assertThatThrownBy(() -> clip.encode("a", 1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @Tag("unit")
    void theOriginalFormOfTheVocabularyGivesTheSamePieces() throws Exception {
        String merges = Files.readString(CLIP.resolve("merges.txt"));
        try (OutputStream out = new GZIPOutputStream(
                Files.newOutputStream(folder.resolve("bpe_simple_vocab_16e6.txt.gz")))) {
            out.write(merges.getBytes(StandardCharsets.UTF_8));
        }
        try (TextTokenizer usual = Tokenizers.open(CLIP); TextTokenizer original = Tokenizers.open(folder)) {
            for (String text : List.of("a photo of a cat.", "caf\u00e9 na\u00efve \u00fcber",
                    "&lt;b&gt; html &amp;amp;", "\ud83d\ude00 smile", "<|endoftext|> inside")) {
                assertThat(pieces(original, text)).isEqualTo(pieces(usual, text));
            }
            assertThat(original.id("!")).hasValue(0);
            assertThat(original.id("!</w>")).hasValue(256);
            assertThat(original.id("in")).as("the first merge").hasValue(512);
            assertThat(original.endId()).hasValue(original.size() - 1);
            assertThat(original.decode(original.pieceIds("A  Photo of"))).isEqualTo("a photo of ");
        }
    }

    @Test
    @Tag("unit")
    void everySpanLiesInTheTextAndInOrder() throws Exception {
        List<String> texts = List.of("\u0130stanbul \u03a3\u03a3 stra\u00dfe", "e\u0301 combined",
                "a&nbsp;b&#x41;&#128512;c", "&&amp;&amp",
                "\ud83d", "\ude00x", "a\u0000b", "\u2003 wide \u3000", "\u200bzero",
                "\ud83d\udc69\u200d\ud83d\udcbb works", "&NotEqualTilde; &notit;");
        try (TextTokenizer clip = Tokenizers.open(CLIP);
                TextTokenizer roberta = Tokenizers.open(GOLDEN.resolve("roberta/tokenizer"));
                TextTokenizer bert = Tokenizers.open(GOLDEN.resolve("bert_tokenizer"))) {
            for (TextTokenizer tokenizer : List.of(clip, roberta, bert)) {
                for (String text : texts) {
                    int last = 0;
                    for (Tokens.Token token : tokenizer.encode(text, 100).tokens()) {
                        if (!token.special()) {
                            assertThat(token.start()).as(text).isBetween(last, text.length());
                            assertThat(token.end()).as(text).isBetween(token.start(), text.length());
                            last = token.start();
                        }
                    }
                }
            }
            assertThat(cut(clip, "a&nbsp;&#x41;&#128512;c")).containsExactly("a", "&#x41;", "&#128512;", "c");
            assertThat(cut(bert, "the caf\u00e9 \u4f60")).containsExactly("the", "caf\u00e9", "\u4f60");
            assertThat(cut(roberta, "a photo \ud83d\ude00")).contains("a", "photo", "\ud83d\ude00");
        }
    }

    @Test
    @Tag("unit")
    void aReaderSeesWordsNotMarks() throws Exception {
        try (TextTokenizer clip = Tokenizers.open(CLIP);
                TextTokenizer roberta = Tokenizers.open(GOLDEN.resolve("roberta/tokenizer"));
                TextTokenizer bert = Tokenizers.open(GOLDEN.resolve("bert_tokenizer"))) {
            assertThat(strings(clip, "a photo")).containsExactly("<|startoftext|>", "a", "photo", "<|endoftext|>");
            assertThat(strings(clip, "\u4f60")).contains("<e4 bd>", "<a0>");
            assertThat(strings(roberta, "a photo  of")).containsExactly("<s>", "a", "photo", "\u2423", "of", "</s>");
            assertThat(strings(bert, "playing")).containsExactly("[CLS]", "play", "ing", "[SEP]");
            assertThat(bert.unknowns(bert.encode("\ud83d\ude00 the \u597d", 20))).isEqualTo(2);
            assertThat(bert.maskId()).isPresent();
            assertThat(clip.maskId()).isEmpty();
        }
    }

    @Test
    @Tag("unit")
    void aPairKeepsItsSegmentsAndLosesTheLongerEnd() throws Exception {
        try (TextTokenizer bert = Tokenizers.open(GOLDEN.resolve("bert_tokenizer"))) {
            Tokens pair = bert.encodePair("the dog plays", "a cat", 100);
            assertThat(pair.tokens().getFirst().segment()).isZero();
            assertThat(pair.tokens().getLast().segment()).isEqualTo(1);
            Tokens.Token cat = pair.tokens().get(pair.size() - 2);
            assertThat(pair.text().substring(cat.start(), cat.end())).isEqualTo("cat");
            Tokens cut = bert.encodePair("the dog the dog the dog", "a cat", 8);
            assertThat(cut.size()).isEqualTo(8);
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.tokens().stream().filter(t -> t.segment() == 1).count()).isEqualTo(3);
        }
    }

    @Test
    @Tag("unit")
    void aVocabularyThatIsMissingOrBrokenIsNamed() throws Exception {
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(EngineException.class)
                .hasMessageContaining("tokenizer.json");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        assertThatThrownBy(() -> Tokenizers.open(folder)).hasMessageContaining("merges.txt");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\nx y\n");
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(EngineException.class)
                .hasMessageContaining("vocab.json");
        for (String bad : List.of("", "{", "[]", "{\"model\": 3}", "{\"model\": {\"vocab\": {\"a\": \"x\"}}}")) {
            Files.writeString(folder.resolve("tokenizer.json"), bad);
            assertThatThrownBy(() -> Tokenizers.open(folder)).as(bad).isInstanceOf(EngineException.class)
                    .hasMessageContaining("tokenizer.json");
        }
        Files.delete(folder.resolve("tokenizer.json"));
        Files.delete(folder.resolve("vocab.json"));
        Files.writeString(folder.resolve("vocab.txt"), "a\nb\n");
        assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(EngineException.class)
                .hasMessageContaining("[UNK]");
    }

    @Test
    @Tag("unit")
    void aTokenizerJsonWithItsOwnLimitsIsReadWithoutThem() throws Exception {
        Files.writeString(folder.resolve("tokenizer.json"),
                """
                        {"version": "1.0", "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
                         "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0,
                          "pad_type_id": 0, "pad_token": "[PAD]"},
                         "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
                         "decoder": null, "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "a": 1, "b": 2}, "unk_token": "[UNK]"}}""");
        try (TextTokenizer tokenizer = Tokenizers.open(folder)) {
            assertThat(tokenizer.encode("a b c a b", 100).ids()).containsExactly(1, 2, 0, 1, 2);
            assertThat(tokenizer.beginId()).isEmpty();
        }
    }

    private static List<String> pieces(TextTokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.encode(text, 77).ids()).mapToObj(id -> tokenizer.piece((int) id).orElseThrow())
                .toList();
    }

    private static List<String> strings(TextTokenizer tokenizer, String text) {
        return tokenizer.encode(text, 77).tokens().stream().map(Tokens.Token::string).toList();
    }
}
