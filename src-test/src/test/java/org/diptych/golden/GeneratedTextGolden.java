package org.diptych.golden;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;

/// `generated_text.json`: what the written ids read as, special tokens left out.
final class GeneratedTextGolden {
    private GeneratedTextGolden() {
    }

    /// @param got every output; a text's key is the beginning of the name of the ids that it was read from
    static void compare(GoldenCase golden, Map<String, NDArray> got, Compared result) {
        Path file = golden.folder().resolve("generated_text.json");
        if (!Files.exists(file)) {
            return;
        }
        try (TextTokenizer tokenizer = Tokenizers.open(golden.folder())) {
            for (Map.Entry<String, JsonElement> item : JsonParser.parseString(Files.readString(file)).getAsJsonObject()
                    .entrySet()) {
                JsonArray wanted = item.getValue().getAsJsonArray();
                Optional<String> name = got.keySet().stream()
                        .filter(n -> n.startsWith("generate." + item.getKey() + "_") && !n.endsWith("_scores"))
                        .min(Comparator.comparingInt(String::length));
                if (name.isEmpty()) {
                    result.cannot("generated_text." + item.getKey());
                    continue;
                }
                long[] flat = got.get(name.get()).toLongArray();
                int length = flat.length / wanted.size();
                List<String> texts = new ArrayList<>();
                for (int i = 0; i < wanted.size(); i++) {
                    texts.add(tokenizer.decode(Arrays.copyOfRange(flat, i * length, (i + 1) * length)));
                }
                result.exactly("generated_text." + item.getKey(), texts,
                        wanted.asList().stream().map(JsonElement::getAsString).toList());
            }
        } catch (EngineException e) {
            result.cannot("generated_text: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
