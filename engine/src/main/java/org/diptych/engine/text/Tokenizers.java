package org.diptych.engine.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.text.TextTokenizer.Spelling;
import org.diptych.engine.text.TokenizerJson.Frame;
import org.diptych.engine.text.TokenizerJson.Special;

/// Opens the tokenizer of a checkpoint folder, in whatever form it lies there: `tokenizer.json`; `vocab.json` with `merges.txt` (CLIP's byte
/// pairs or GPT-2's, told apart by the vocabulary); the original CLIP's `bpe_simple_vocab_16e6.txt.gz`; `vocab.txt` (BERT's word pieces); a
/// SentencePiece `.model` or `.spm`. All but the first become the same in memory.
public final class Tokenizers {
    private static final String CLIP_START = "<|startoftext|>";
    private static final String CLIP_END = "<|endoftext|>";
    private static final int CLIP_MERGES = 49152 - 256 - 2;

    private Tokenizers() {
    }

    /// @param folder a checkpoint folder
    /// @throws EngineException when no vocabulary lies there, or a broken one
    public static TextTokenizer open(Path folder) throws EngineException {
        return find(Optional.of(folder)).orElseThrow(() -> new EngineException("text.none", folder));
    }

    /// @param place a checkpoint's folder, if it lies in one
    /// @return nothing where no vocabulary lies
    /// @throws EngineException when the vocabulary is broken
    public static Optional<TextTokenizer> find(Optional<Path> place) throws EngineException {
        if (place.isEmpty()) {
            return Optional.empty();
        }
        Path folder = place.get();
        Folder files = new Folder(folder);
        if (files.has("tokenizer.json")) {
            return Optional.of(files.guarded(folder.resolve("tokenizer.json"),
                    () -> files.start(files.json("tokenizer.json"))));
        }
        if (files.has("vocab.json")) {
            if (!files.has("merges.txt")) {
                throw new EngineException("text.merges", folder);
            }
            return Optional.of(files.guarded(folder.resolve("vocab.json"), files::bytePairs));
        }
        if (files.has("vocab.txt")) {
            return Optional.of(openWordPieces(folder.resolve("vocab.txt"), files.flag("do_lower_case", true)));
        }
        Optional<Path> sentencePiece = files.sentencePiece();
        if (sentencePiece.isPresent()) {
            return Optional.of(openSentencePiece(sentencePiece.get(), files.flag("legacy", true)));
        }
        Optional<Path> original = files.named("bpe_simple_vocab_16e6.txt.gz");
        if (original.isPresent()) {
            return Optional.of(files.guarded(original.get(), () -> {
                try (InputStream in = Files.newInputStream(original.get())) {
                    return files.originalClip(in);
                }
            }));
        }
        return Optional.empty();
    }

    /// @param file      BERT's `vocab.txt`, one piece a line
    /// @param lowerCase true for the uncased models, which lose accents too
    /// @throws EngineException when the file is missing or broken
    public static TextTokenizer openWordPieces(Path file, boolean lowerCase) throws EngineException {
        Folder files = new Folder(file.toAbsolutePath().getParent());
        return files.guarded(file, () -> files.wordPieces(file, lowerCase));
    }

    /// @param file   a SentencePiece model: byte pairs keep their ids (LLaMA), so does a unigram model that begins with its padding (T5); another takes XLM-R's (BEiT-3)
    /// @param legacy for byte pairs: true when a space is put before the text after each special token, not only before the first
    /// @throws EngineException when the file is missing or broken
    public static TextTokenizer openSentencePiece(Path file, boolean legacy) throws EngineException {
        Folder files = new Folder(file.toAbsolutePath().getParent());
        return files.guarded(file, () -> {
            SentencePieceModel model = SentencePieceModel.parse(Files.readAllBytes(file));
            return switch (model.kind()) {
                case BPE -> files.start(TokenizerJson.llama(model, legacy), !legacy && model.dummyPrefix());
                case UNIGRAM -> files.start(model.pieces().getFirst().text().equals("<pad>")
                        ? TokenizerJson.t5(model)
                        : TokenizerJson.xlmRoberta(model));
            };
        });
    }

    private interface Opening {
        TextTokenizer open() throws IOException;
    }

    /// What lies beside a vocabulary has a say: `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json`.
    private record Folder(Path path) {

        TextTokenizer guarded(Path file, Opening opening) throws EngineException {
            try {
                return opening.open();
            } catch (UnsatisfiedLinkError | ExceptionInInitializerError | NoClassDefFoundError e) {
                throw new EngineException(e, "text.native", String.valueOf(e.getMessage()));
            } catch (IOException | RuntimeException e) {
                String reason = e.getMessage() == null
                        ? e.getClass().getSimpleName()
                        : e.getMessage().lines().findFirst().orElse("");
                throw new EngineException(e, "text.broken", file, reason);
            }
        }

        boolean has(String name) {
            return Files.isRegularFile(path.resolve(name));
        }

        Optional<Path> named(String name) {
            return has(name) ? Optional.of(path.resolve(name)) : Optional.empty();
        }

        JsonObject json(String name) throws IOException {
            JsonObject json = new Gson().fromJson(Files.readString(path.resolve(name)), JsonObject.class);
            if (json == null) {
                throw new JsonParseException("empty");
            }
            return json;
        }

        boolean flag(String key, boolean usual) {
            return setting(key).map(JsonElement::getAsBoolean).orElse(usual);
        }

        /// A setting file that cannot be read is as good as none: the vocabulary itself decides.
        Optional<JsonElement> setting(String key) {
            for (String name : List.of("tokenizer_config.json", "special_tokens_map.json")) {
                if (has(name)) {
                    try {
                        JsonElement value = json(name).get(key);
                        if (value != null && !value.isJsonNull()) {
                            return Optional.of(value);
                        }
                    } catch (IOException | JsonParseException e) {
                        continue;
                    }
                }
            }
            return Optional.empty();
        }

        /// A special token is written as its text or as an object that holds it.
        Optional<String> token(String key) {
            return setting(key)
                    .map(v -> v.isJsonObject() ? v.getAsJsonObject().get("content").getAsString() : v.getAsString());
        }

        Optional<Path> sentencePiece() throws EngineException {
            try (Stream<Path> files = Files.list(path)) {
                return files.filter(f -> f.toString().endsWith(".model") || f.toString().endsWith(".spm")).sorted()
                        .findFirst();
            } catch (IOException e) {
                throw new EngineException(e, "text.none", path);
            }
        }

        TextTokenizer bytePairs() throws IOException {
            Map<String, Integer> vocabulary = new LinkedHashMap<>();
            json("vocab.json").entrySet().forEach(e -> vocabulary.put(e.getKey(), e.getValue().getAsInt()));
            List<String> merges = merges(Files.readString(path.resolve("merges.txt")));
            if (vocabulary.containsKey(CLIP_START)) {
                return start(clip(vocabulary, merges));
            }
            List<Special> specials = new ArrayList<>();
            for (String name : List.of("<s>", "<pad>", "</s>", "<unk>", CLIP_END)) {
                if (vocabulary.containsKey(name)) {
                    specials.add(new Special(name, vocabulary.get(name)));
                }
            }
            if (vocabulary.containsKey("<mask>")) {
                specials.add(new Special("<mask>", vocabulary.get("<mask>"), true));
            }
            specials.addAll(added());
            return start(TokenizerJson.byteLevel(vocabulary, merges, frame(vocabulary), specials));
        }

        /// RoBERTa frames a text, OPT (GPT-2's class with a begin token) puts one before it, GPT-2 leaves it alone.
        private Frame frame(Map<String, Integer> vocabulary) {
            if (token("tokenizer_class").filter(c -> c.startsWith("GPT2")).isPresent()) {
                Optional<String> begin = token("bos_token").filter(vocabulary::containsKey);
                if (!flag("add_bos_token", false) || begin.isEmpty()) {
                    return Frame.NONE;
                }
                List<Special> one = List.of(new Special(begin.get(), vocabulary.get(begin.get())));
                return new Frame(one, List.of(), List.of());
            }
            if (!vocabulary.containsKey("<s>") || !vocabulary.containsKey("</s>")) {
                return Frame.NONE;
            }
            Special end = new Special("</s>", vocabulary.get("</s>"));
            return new Frame(List.of(new Special("<s>", vocabulary.get("<s>"))), List.of(end, end), List.of(end));
        }

        /// @param zipped `bpe_simple_vocab_16e6.txt.gz` or its used part; ids follow from the order
        TextTokenizer originalClip(InputStream zipped) throws IOException {
            String text = new String(new GZIPInputStream(zipped).readAllBytes(), StandardCharsets.UTF_8);
            List<String> merges = merges(text).stream().limit(CLIP_MERGES).toList();
            Map<String, Integer> vocabulary = new LinkedHashMap<>();
            ByteAlphabet.LETTERS.forEach(letter -> vocabulary.put(letter, vocabulary.size()));
            ByteAlphabet.LETTERS.forEach(letter -> vocabulary.put(letter + "</w>", vocabulary.size()));
            merges.forEach(merge -> vocabulary.put(merge.replace(" ", ""), vocabulary.size()));
            vocabulary.put(CLIP_START, vocabulary.size());
            vocabulary.put(CLIP_END, vocabulary.size());
            return start(clip(vocabulary, merges));
        }

        private JsonObject clip(Map<String, Integer> vocabulary, List<String> merges) {
            Special begin = new Special(CLIP_START, vocabulary.get(CLIP_START));
            Special end = new Special(CLIP_END, vocabulary.getOrDefault(CLIP_END, begin.id() + 1));
            return TokenizerJson.clip(vocabulary, merges, new Frame(List.of(begin), List.of(end), List.of(end)),
                    List.of(begin, end));
        }

        TextTokenizer wordPieces(Path file, boolean lowerCase) throws IOException {
            Map<String, Integer> vocabulary = new LinkedHashMap<>();
            int id = 0;
            for (String line : Files.readString(file).split("\r?\n")) {
                vocabulary.put(line, id++);
            }
            List<Special> specials = new ArrayList<>();
            for (String name : List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")) {
                if (vocabulary.containsKey(name)) {
                    specials.add(new Special(name, vocabulary.get(name)));
                }
            }
            if (!vocabulary.containsKey("[UNK]") || !vocabulary.containsKey("[CLS]")
                    || !vocabulary.containsKey("[SEP]")) {
                throw new JsonParseException("[UNK], [CLS] or [SEP] is not in it");
            }
            specials.addAll(added());
            Special end = new Special("[SEP]", vocabulary.get("[SEP]"));
            Frame frame = new Frame(List.of(new Special("[CLS]", vocabulary.get("[CLS]"))), List.of(end), List.of(end));
            return start(TokenizerJson.wordPiece(vocabulary, lowerCase, frame, specials));
        }

        private List<Special> added() throws IOException {
            List<Special> added = new ArrayList<>();
            if (has("added_tokens.json")) {
                json("added_tokens.json").entrySet()
                        .forEach(e -> added.add(new Special(e.getKey(), e.getValue().getAsInt())));
            }
            return added;
        }

        private static List<String> merges(String text) {
            return text.lines().skip(text.startsWith("#version") || text.startsWith("\"") ? 1 : 0)
                    .filter(line -> !line.isBlank()).toList();
        }

        TextTokenizer start(JsonObject json) throws IOException {
            return start(json, false);
        }

        private TextTokenizer start(JsonObject json, boolean spaceFirst) throws IOException {
            json.remove("truncation");
            json.remove("padding");
            Vocabulary vocabulary = new Vocabulary(json);
            OptionalInt named = token("pad_token").map(vocabulary::id).orElse(OptionalInt.empty());
            Spelling spelling = spelling(json, vocabulary);
            int pad = named.orElse(vocabulary.firstOf("<pad>", "[PAD]").orElse(0));
            OptionalInt unknown = spelling == Spelling.CLIP
                    ? OptionalInt.empty() // bytes spell everything; the file names the end token here
                    : vocabulary.firstOf("<unk>", "[UNK]");
            quiet("ai.djl.offline", "true");
            quiet("OPT_OUT_TRACKING", "true");
            quiet("RUST_FLAVOR", "cpu");
            InputStream in = new ByteArrayInputStream(json.toString().getBytes(StandardCharsets.UTF_8));
            HuggingFaceTokenizer inner = HuggingFaceTokenizer.newInstance(in,
                    Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
            try {
                return new TextTokenizer(inner, vocabulary, spelling, pad, unknown, spaceFirst);
            } catch (RuntimeException e) {
                inner.close();
                throw e;
            }
        }

        /// The library asks the network for a newer self and for its statistics unless it is told not to.
        private static void quiet(String name, String value) {
            if (System.getProperty(name) == null && System.getenv(name) == null) {
                System.setProperty(name, value);
            }
        }

        private static Spelling spelling(JsonObject json, Vocabulary vocabulary) {
            String kind = json.getAsJsonObject("model").has("type")
                    ? json.getAsJsonObject("model").get("type").getAsString()
                    : "BPE";
            if (kind.equals("WordPiece")) {
                return Spelling.WORD_PIECE;
            }
            if (vocabulary.id(CLIP_START).isPresent()) {
                return Spelling.CLIP;
            }
            boolean bytes = json.has("pre_tokenizer") && json.get("pre_tokenizer").toString().contains("\"ByteLevel\"");
            return bytes ? Spelling.BYTES : Spelling.SENTENCE_PIECE;
        }
    }
}
