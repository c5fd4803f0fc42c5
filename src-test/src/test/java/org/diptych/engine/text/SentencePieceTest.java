package org.diptych.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Tokens;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class SentencePieceTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"unigram.spm, unigram", "bytes.model, bpe"})
    void givesTheIdsOfSentencePieceItself(String file, String group) throws Exception {
        Files.write(folder.resolve(file), resource(file));
        JsonArray cases = JsonParser.parseString(new String(resource("sentencepiece.json"), StandardCharsets.UTF_8))
                .getAsJsonObject().getAsJsonArray(group);
        try (TextTokenizer tokenizer = Tokenizers.open(folder)) {
            for (JsonElement each : cases) {
                JsonObject one = each.getAsJsonObject();
                List<Long> expected = new ArrayList<>();
                one.getAsJsonArray("ids").forEach(id -> expected.add(id.getAsLong()));
                String text = one.get("text").getAsString();
                assertThat(Arrays.stream(tokenizer.encode(text, 200).ids()).boxed().toList()).as(text)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"legacy_True, true", "legacy_False, false"})
    void givesTheIdsOfLlamasReference(String group, boolean legacy) throws Exception {
        Path file = folder.resolve("tokenizer.model");
        Files.write(file, resource("llava.model"));
        JsonObject words = JsonParser.parseString(new String(resource("llava-words.json"), StandardCharsets.UTF_8))
                .getAsJsonObject().getAsJsonObject(group);
        try (TextTokenizer tokenizer = Tokenizers.openSentencePiece(file, legacy)) {
            for (String text : words.keySet()) {
                List<Long> expected = new ArrayList<>();
                words.getAsJsonArray(text).forEach(id -> expected.add(id.getAsLong()));
                assertThat(Arrays.stream(tokenizer.encode(text, 200).ids()).boxed().toList()).as(text)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void theMaskOfXlmRobertaStandsLastAndPairsHaveTwoSeparators() throws Exception {
        Files.write(folder.resolve("beit3.spm"), resource("unigram.spm"));
        try (TextTokenizer tokenizer = Tokenizers.open(folder)) {
            int mask = tokenizer.maskId().orElseThrow();
            assertThat(mask).isEqualTo(tokenizer.size() - 1);
            assertThat(tokenizer.padId()).isEqualTo(1);
            assertThat(tokenizer.encode("the <mask> dog", 20).ids()).contains(mask);
            Tokens pair = tokenizer.encodePair("the dog", "a car", 20);
            String shape = pair.tokens().stream().map(t -> t.special() ? t.string() : ".").reduce("", String::concat)
                    .replaceAll("\\.+", ".");
            assertThat(shape).isEqualTo("<s>.</s></s>.</s>");
            assertThat(tokenizer.unknowns(tokenizer.encode("the \u0416 dog", 20))).isEqualTo(1);
        }
    }

    /// T5's file begins with its padding and keeps its ids; a hundred names of gaps follow, the last first.
    @Test
    void theIdsOfT5AreItsFilesAndItsEndStandsBehind() throws Exception {
        Files.write(folder.resolve("spiece.model"), unigram("<pad>", "</s>", "<unk>", "\u2581a", "\u2581cat", "s",
                "\u2581", "?"));
        try (TextTokenizer tokenizer = Tokenizers.open(folder)) {
            assertThat(tokenizer.encode("a cats?", 20).ids()).containsExactly(3, 4, 5, 7, 1);
            assertThat(tokenizer.encode("", 20).ids()).containsExactly(1);
            assertThat(tokenizer.encode("a \u0416", 20).ids()).contains(2);
            assertThat(tokenizer.padId()).isZero();
            assertThat(tokenizer.size()).isEqualTo(8 + 100);
            assertThat(tokenizer.id("<extra_id_0>")).hasValue(107);
            assertThat(tokenizer.decode(new long[]{0, 3, 4, 5, 7, 1})).isEqualTo("a cats?");
        }
    }

    /// A unigram model of these pieces, the first two control pieces and the third what is unknown.
    private static byte[] unigram(String... pieces) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        for (int id = 0; id < pieces.length; id++) {
            byte[] text = pieces[id].getBytes(StandardCharsets.UTF_8);
            ByteBuffer piece = ByteBuffer.allocate(text.length + 9).order(ByteOrder.LITTLE_ENDIAN);
            piece.put((byte) 10).put((byte) text.length).put(text).put((byte) 21).putFloat(-id);
            piece.put((byte) 24).put((byte) (id < 2 ? 3 : id == 2 ? 2 : 1)); // CONTROL, UNKNOWN, NORMAL
            file.write(10);
            file.write(piece.position());
            file.write(piece.array(), 0, piece.position());
        }
        file.writeBytes(new byte[]{18, 2, 24, 1}); // trainer_spec: model_type UNIGRAM
        return file.toByteArray();
    }

    @Test
    void spansAndTextsComeBackFromBytePieces() throws Exception {
        Files.write(folder.resolve("tokenizer.model"), resource("bytes.model"));
        try (TextTokenizer tokenizer = Tokenizers.open(folder)) {
            String text = "a dog \ud83d\ude00 smile";
            Tokens tokens = tokenizer.encode(text, 50);
            assertThat(tokens.tokens().getFirst().string()).isEqualTo("<s>");
            List<String> cut = tokens.tokens().stream().filter(t -> !t.special())
                    .map(t -> text.substring(t.start(), t.end()).strip()).distinct().toList();
            assertThat(String.join("", cut)).contains("\ud83d\ude00");
            assertThat(tokenizer.decode(tokens.ids())).isEqualTo(text);
        }
    }

    @Test
    void aSpaceAfterASpecialTokenHangsOnTheSetting() throws Exception {
        Path file = folder.resolve("tokenizer.model");
        Files.write(file, resource("bytes.model"));
        try (TextTokenizer old = Tokenizers.openSentencePiece(file, true);
                TextTokenizer late = Tokenizers.openSentencePiece(file, false)) {
            assertThat(late.encode("a dog", 50).ids()).isEqualTo(old.encode("a dog", 50).ids());
            assertThat(pieces(old, "a</s>dog")).containsExactly("\u2581a", "</s>", "\u2581dog");
            assertThat(pieces(late, "a</s>dog")).containsExactly("\u2581a", "</s>", "dog");
        }
    }

    @Test
    void aFileThatIsNoModelIsRefused() throws Exception {
        byte[] good = resource("bytes.model");
        for (byte[] bad : List.of(new byte[0], "not a model".getBytes(StandardCharsets.US_ASCII),
                Arrays.copyOf(good, 777),
                new byte[]{10, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f})) {
            Path file = folder.resolve("tokenizer.model");
            Files.write(file, bad);
            assertThatThrownBy(() -> Tokenizers.open(folder)).isInstanceOf(EngineException.class)
                    .hasMessageContaining("tokenizer.model");
        }
    }

    private static List<String> pieces(TextTokenizer tokenizer, String text) {
        return Arrays.stream(tokenizer.pieceIds(text)).mapToObj(id -> tokenizer.piece((int) id).orElseThrow()).toList();
    }

    private static byte[] resource(String name) throws Exception {
        try (InputStream in = SentencePieceTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }
}
