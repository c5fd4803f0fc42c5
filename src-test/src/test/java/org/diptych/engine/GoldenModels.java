package org.diptych.engine;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.models.Models;
import org.diptych.engine.session.Catalog;

/// Golden cases as models that read text: their weights, and a vocabulary for those that come without one.
final class GoldenModels {
    private static final List<String> WORDS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "fish", "and",
            "kite");
    private static final String TABLES = ".*(word_embeddings|text_embed|token_embedding|embed_tokens)\\.weight";

    private GoldenModels() {
    }

    /// @param folder where a copy may be made
    /// @return a golden case's weights with a vocabulary of as many words as its table has rows
    static Path copy(Path folder, String golden) {
        Path from = Path.of("golden", golden);
        try {
            Path to = Files.createDirectories(folder.resolve(golden.replace('/', '-')));
            for (String name : List.of("model.safetensors", "config.json", "vocab.txt")) {
                if (Files.exists(from.resolve(name))) {
                    Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
            if (!Files.exists(to.resolve("vocab.txt"))) {
                List<String> words = new ArrayList<>(WORDS);
                for (int i = words.size(); i < rows(to.resolve("model.safetensors")); i++) {
                    words.add("word" + i);
                }
                Files.write(to.resolve("vocab.txt"), words);
            }
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @return rows of the first word table of a safetensors file
    private static int rows(Path weights) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "r")) {
            byte[] header = new byte[(int) Long.reverseBytes(file.readLong())];
            file.readFully(header);
            JsonObject tensors = JsonParser.parseString(new String(header, StandardCharsets.UTF_8)).getAsJsonObject();
            return tensors.keySet().stream().filter(n -> n.matches(TABLES)).findFirst()
                    .map(n -> tensors.getAsJsonObject(n).getAsJsonArray("shape").get(0).getAsInt()).orElseThrow();
        }
    }

    /// @return a shelf with the model as `m`; [#free] takes it down
    static Shelf load(Path path) throws EngineException {
        Shelf shelf = new Shelf();
        shelf.put(TestLane.run(context -> {
            var weights = TestLane.lane().scopes().weights();
            Loader.Loaded loaded = new Loader(Models.all()).load(path, weights);
            var card = Catalog.read().stream().filter(c -> c.id().equals(loaded.family().id())).findFirst()
                    .orElseThrow();
            return new Shelf.Held(loaded.model(), Shelf.describe(loaded.model(), card, "m", "m", "m",
                    LoadedModel.Provenance.FILE, loaded.report()), weights);
        }));
        return shelf;
    }

    static void free(Shelf shelf) throws EngineException {
        TestLane.run(context -> {
            shelf.remove("m");
            return true;
        });
    }
}
