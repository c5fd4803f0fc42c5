package org.diptych.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.diptych.engine.api.Tokens;
import org.diptych.golden.Compared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
    private static final Path GOLDEN = Path.of("golden");
    private static final Path CLIP = GOLDEN.resolve("clip/tokenizer");

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
}
