package org.diptych.engine.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Tokens;
import org.diptych.golden.Compared;

/// Compares a folder of a vocabulary and a `cases.json` of texts with the reference's ids, pieces and decoded texts. Every field is compared;
/// one that is not known here counts as not compared.
public final class TokenizerGolden {
    private static final int LONG = 100_000;

    private final Compared compared;
    private final TextTokenizer tokenizer;

    private TokenizerGolden(Compared compared, TextTokenizer tokenizer) {
        this.compared = compared;
        this.tokenizer = tokenizer;
    }

    /// @param place  `model/case`, for the report
    /// @param folder holds `cases.json` and the vocabulary
    public static Compared compare(String place, Path folder) throws IOException, EngineException {
        Compared compared = new Compared(place + " cases.json");
        JsonObject cases = JsonParser.parseString(Files.readString(folder.resolve("cases.json"))).getAsJsonObject();
        if (cases.has("uncased") || cases.has("cased")) {
            for (String kind : cases.keySet()) {
                if (kind.equals("uncased") || kind.equals("cased")) {
                    try (TextTokenizer words = Tokenizers.openWordPieces(folder.resolve("vocab.txt"),
                            kind.equals("uncased"))) {
                        new TokenizerGolden(compared, words).texts(kind, cases.getAsJsonArray(kind));
                    }
                } else {
                    compared.cannot(kind);
                }
            }
            return compared;
        }
        try (TextTokenizer opened = Tokenizers.open(folder)) {
            TokenizerGolden golden = new TokenizerGolden(compared, opened);
            for (Map.Entry<String, JsonElement> entry : cases.entrySet()) {
                golden.top(entry.getKey(), entry.getValue(), cases);
            }
        }
        return compared;
    }

    private void top(String name, JsonElement value, JsonObject all) throws EngineException {
        switch (name) {
            case "cases", "single" -> texts(name, value.getAsJsonArray());
            case "pair" -> pairs(value.getAsJsonArray());
            case "long_text" -> {
                return; // the input of the next
            }
            case "long_tokens77_truncated" -> {
                List<Long> expected = longs(value);
                String text = all.get("long_text").getAsString();
                Tokens tokens = tokenizer.encode(text, expected.size());
                List<Long> got = list(tokenizer.padded(tokens, expected.size()));
                compared.exactly(name + " is said", tokens.truncated(), true);
                // The fixture's vocabulary is cut to the other texts: where it lacks a piece of this one, only what it has can be held against the answer.
                for (int i = 0; i < expected.size(); i++) {
                    if (tokenizer.piece(expected.get(i).intValue()).isPresent()) {
                        compared.exactly(name + " at " + i, got.get(i), expected.get(i));
                    }
                }
                compared.exactly(name + " length", got.size(), expected.size());
            }
            case "sot" -> compared.exactly(name, tokenizer.beginId().orElse(-1), value.getAsInt());
            case "eot" -> compared.exactly(name, tokenizer.endId().orElse(-1), value.getAsInt());
            case "vocab_size" -> compared.exactly(name, tokenizer.size(), value.getAsInt());
            case "decode" -> {
                for (JsonElement each : value.getAsJsonArray()) {
                    long[] ids = longs(each.getAsJsonObject().get("ids")).stream().mapToLong(Long::longValue).toArray();
                    String text = each.getAsJsonObject().get("text").getAsString();
                    compared.exactly("decode " + text, tokenizer.decode(ids), text);
                }
            }
            default -> compared.cannot(name);
        }
    }

    private void texts(String group, JsonArray cases) {
        for (JsonElement each : cases) {
            JsonObject one = each.getAsJsonObject();
            String text = one.get("text").getAsString();
            for (Map.Entry<String, JsonElement> field : one.entrySet()) {
                String name = group + "." + field.getKey() + " of " + text;
                switch (field.getKey()) {
                    case "text" -> {
                        continue;
                    }
                    case "bpe_ids" -> compared.exactly(name, list(tokenizer.pieceIds(text)), longs(field.getValue()));
                    case "tokens77" -> {
                        int length = field.getValue().getAsJsonArray().size();
                        compared.exactly(name, list(tokenizer.padded(tokenizer.encode(text, length), length)),
                                longs(field.getValue()));
                    }
                    case "ids" ->
                        compared.exactly(name, list(tokenizer.encode(text, LONG).ids()), longs(field.getValue()));
                    case "tokens" -> {
                        List<String> expected = new ArrayList<>();
                        field.getValue().getAsJsonArray().forEach(t -> expected.add(t.getAsString()));
                        compared.exactly(name, Arrays.stream(tokenizer.pieceIds(text))
                                .mapToObj(id -> tokenizer.piece((int) id).orElse("none")).toList(), expected);
                    }
                    case "decoded" ->
                        compared.exactly(name, tokenizer.decode(tokenizer.encode(text, LONG).ids()),
                                field.getValue().getAsString());
                    default -> compared.cannot(name);
                }
            }
        }
    }

    private void pairs(JsonArray cases) {
        for (JsonElement each : cases) {
            JsonObject one = each.getAsJsonObject();
            Tokens tokens = tokenizer.encodePair(one.get("a").getAsString(), one.get("b").getAsString(), LONG);
            for (Map.Entry<String, JsonElement> field : one.entrySet()) {
                switch (field.getKey()) {
                    case "a", "b" -> {
                        continue;
                    }
                    case "ids" -> compared.exactly("pair " + one.get("a"), list(tokens.ids()), longs(field.getValue()));
                    default -> compared.cannot("pair." + field.getKey());
                }
            }
        }
    }

    private static List<Long> longs(JsonElement array) {
        List<Long> longs = new ArrayList<>();
        array.getAsJsonArray().forEach(e -> longs.add(e.getAsLong()));
        return longs;
    }

    private static List<Long> list(long[] ids) {
        return Arrays.stream(ids).boxed().toList();
    }
}
