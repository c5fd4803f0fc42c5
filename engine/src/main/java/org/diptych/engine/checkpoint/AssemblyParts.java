package org.diptych.engine.checkpoint;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssemblyPreview;
import org.diptych.engine.api.AssemblyPreview.Taken;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;

/// The parts of a LLaVA that is put together by hand: their files open, their headers read, no weight touched. Each part may be missing still.
final class AssemblyParts implements AutoCloseable {
    static final String WORDS = "model.embed_tokens.weight";
    static final String HEAD = "lm_head.weight";
    static final String PROJECTOR = "multi_modal_projector.linear_";
    /// Hugging Face's loader asks for it.
    static final Map<String, String> METADATA = Map.of("format", "pt");
    private static final String VISION = "vision_model.";
    private static final String PATCH = VISION + "embeddings.patch_embedding.weight";
    private static final String POSITIONS = VISION + "embeddings.position_embedding.weight";
    private static final List<String> LANGUAGE = List.of(WORDS, "model.norm.weight",
            "model.layers.0.self_attn.q_proj.weight");
    /// Hugging Face's converter brings a word table to a multiple of this.
    private static final int ROWS = 64;
    private static final int USUAL_CONTEXT = 2048;
    private static final Pattern TRAINED = Pattern.compile("(?:.*\\.)?mm_projector\\.(?:(\\d+)\\.)?(weight|bias)");
    private static final List<String> TOKENIZERS = List.of("tokenizer.json", "tokenizer.model");
    private static final List<String> BESIDE = List.of("tokenizer.json", "tokenizer.model", "tokenizer_config.json",
            "special_tokens_map.json", "generation_config.json");

    /// A tensor of the new file.
    ///
    /// @param made   as it will be written
    /// @param from   where it is read; empty for a fresh one
    /// @param source its name there
    /// @param zeros  bytes of zeros behind what is read: rows that stand for a picture's place and for padding, which are never looked up and never written
    record Piece(String name, Entry made, Optional<CheckpointReader> from, String source, long zeros) {
    }

    private final AssembleRequest.Parts given;
    private final List<CheckpointReader> open = new ArrayList<>();
    private final Optional<CheckpointReader> vision;
    private final Optional<CheckpointReader> language;
    private final Map<String, Piece> pieces = new LinkedHashMap<>();
    private final List<Taken> taken = new ArrayList<>();
    private final JsonObject visionConfig;
    private final JsonObject languageConfig;

    /// @throws EngineException when one of the files is no checkpoint, or lacks what it is taken for
    AssemblyParts(AssembleRequest.Parts given) throws EngineException {
        this.given = given;
        try {
            vision = given.vision().isPresent() ? Optional.of(opened(given.vision().get())) : Optional.empty();
            language = given.language().isPresent() ? Optional.of(opened(given.language().get())) : Optional.empty();
            visionConfig = given.vision().isPresent() ? json(given.vision().get()) : new JsonObject();
            languageConfig = given.language().isPresent() ? json(given.language().get()) : new JsonObject();
            if (vision.isPresent()) {
                tower(vision.get());
            }
            projector();
            if (language.isPresent()) {
                words(language.get());
            }
        } catch (EngineException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private CheckpointReader opened(Path path) throws EngineException {
        CheckpointReader reader = CheckpointReader.open(path);
        open.add(reader);
        return reader;
    }

    private static void need(CheckpointReader reader, List<String> names, Path place) throws EngineException {
        for (String name : names) {
            if (!reader.names().contains(name)) {
                throw new EngineException("checkpoint.assemble.part", place, name);
            }
        }
    }

    private void tower(CheckpointReader reader) throws EngineException {
        need(reader, List.of(PATCH, POSITIONS), given.vision().orElseThrow());
        int before = pieces.size();
        for (String name : reader.names()) {
            if (name.startsWith(VISION) && !name.endsWith("position_ids")) {
                put("vision_tower." + name, written(reader.entry(name)), Optional.of(reader), name, 0);
            }
        }
        take(Message.of("checkpoint.assemble.taken.vision", pieces.size() - before, reader.names().size()),
                given.vision(), before);
    }

    private void words(CheckpointReader reader) throws EngineException {
        need(reader, LANGUAGE, given.language().orElseThrow());
        int before = pieces.size();
        for (String name : reader.names()) {
            if (name.endsWith("rotary_emb.inv_freq")) {
                continue;
            }
            Entry made = written(reader.entry(name));
            boolean grows = name.equals(WORDS) || name.equals(HEAD);
            long[] shape = made.shape().clone();
            long more = grows ? grown(shape[0]) - shape[0] : 0;
            if (grows) {
                shape[0] += more;
            }
            Entry longer = new Entry(made.type(), shape);
            put("language_model." + name, longer, Optional.of(reader), name, longer.bytes() - made.bytes());
        }
        take(Message.of("checkpoint.assemble.taken.language", pieces.size() - before), given.language(), before);
    }

    /// @return rows that a table gets, room for a picture's place and for padding among them
    static long grown(long rows) {
        return (rows + 2 + ROWS - 1) / ROWS * ROWS;
    }

    private void projector() throws EngineException {
        int before = pieces.size();
        if (given.projector().trained().isPresent()) {
            trained(given.projector().trained().get());
            take(Message.of("checkpoint.assemble.taken.trained", layers()), given.projector().trained(), before);
        } else if (vision.isPresent() && language.isPresent()) {
            need(language.get(), LANGUAGE, given.language().orElseThrow());
            long from = towerWidth().orElseThrow();
            long to = languageWidth().orElseThrow();
            for (int layer = 1; layer <= given.projector().layers(); layer++) {
                put(PROJECTOR + layer + ".weight", new Entry(DType.F32, new long[]{to, layer == 1 ? from : to}),
                        Optional.empty(), "", 0);
                put(PROJECTOR + layer + ".bias", new Entry(DType.F32, new long[]{to}), Optional.empty(), "", 0);
            }
            take(Message.of("checkpoint.assemble.taken.fresh", given.projector().layers()), Optional.empty(), before);
        }
    }

    /// Layers as LLaVA numbers them: none for a single matrix; 0, 2 and so on where activations stand between.
    private void trained(Path file) throws EngineException {
        CheckpointReader reader = opened(file);
        Map<Integer, Map<String, String>> found = new TreeMap<>();
        for (String name : reader.names()) {
            Matcher matcher = TRAINED.matcher(name);
            if (matcher.matches()) {
                int number = matcher.group(1) == null ? 0 : Integer.parseInt(matcher.group(1));
                found.computeIfAbsent(number, n -> new TreeMap<>()).put(matcher.group(2), name);
            }
        }
        int layer = 0;
        for (Map<String, String> names : found.values()) {
            layer++;
            for (String kind : List.of("weight", "bias")) {
                String name = names.get(kind);
                if (name != null) {
                    put(PROJECTOR + layer + "." + kind, written(reader.entry(name)), Optional.of(reader), name, 0);
                }
            }
        }
        if (layers() == 0 || layers() < layer || shapes().stream().anyMatch(s -> s.length != 2)) {
            throw new EngineException("checkpoint.assemble.part", file, "model.mm_projector.0.weight");
        }
    }

    private void put(String name, Entry made, Optional<CheckpointReader> from, String source, long zeros) {
        pieces.put(name, new Piece(name, made, from, source, zeros));
    }

    private void take(Message what, Optional<Path> from, int before) {
        List<Piece> mine = pieces.values().stream().skip(before).toList();
        taken.add(new Taken(what, from, mine.size(), mine.stream().mapToLong(p -> p.made().size()).sum(),
                mine.stream().mapToLong(p -> p.made().bytes()).sum()));
    }

    /// @return half formats as they are; all else as it is read
    private static Entry written(Entry entry) {
        return entry.type().half()
                ? entry
                : new Entry(SafetensorsWriter.type(entry.type().memory()), entry.shape());
    }

    List<Piece> pieces() {
        return List.copyOf(pieces.values());
    }

    Map<String, Entry> entries() {
        Map<String, Entry> out = new LinkedHashMap<>();
        pieces.forEach((name, piece) -> out.put(name, piece.made()));
        return out;
    }

    long parameters() {
        return pieces.values().stream().mapToLong(p -> p.made().size()).sum();
    }

    Optional<Long> towerWidth() {
        return vision.map(r -> r.entry(PATCH).shape()[0]);
    }

    /// @return side of a patch in pixels
    Optional<Long> patch() {
        return vision.map(r -> r.entry(PATCH).shape()).map(s -> s[s.length - 1]);
    }

    /// @return positions of patches, that of the class left out
    Optional<Long> positions() {
        return vision.map(r -> r.entry(POSITIONS).shape()[0] - 1);
    }

    Optional<Long> languageWidth() {
        return language.map(r -> r.entry(WORDS).shape()[1]);
    }

    Optional<Long> rows() {
        return language.map(r -> r.entry(WORDS).shape()[0]);
    }

    /// @return rows of the head; empty as well where it is the word table itself
    Optional<Long> headRows() {
        return language.filter(r -> r.names().contains(HEAD)).map(r -> r.entry(HEAD).shape()[0]);
    }

    /// @return (out, in) of each layer of the projector; none while it is not known
    List<long[]> shapes() {
        return pieces.values().stream().filter(p -> p.name().startsWith(PROJECTOR) && p.name().endsWith(".weight"))
                .map(p -> p.made().shape()).toList();
    }

    int layers() {
        return shapes().size();
    }

    AssembleRequest.Parts given() {
        return given;
    }

    /// @return side of a picture in pixels, as the configuration says; empty where it says nothing
    Optional<Long> imageSize() {
        return number(section(), "image_size");
    }

    /// @return words and image tokens that the language model reads at once
    long context() {
        return number(languageConfig, "max_position_embeddings").orElse((long) USUAL_CONTEXT);
    }

    private static Optional<Long> number(JsonObject json, String key) {
        return Optional.ofNullable(json.get(key)).filter(v -> v.isJsonPrimitive() && v.getAsJsonPrimitive().isNumber())
                .map(v -> v.getAsLong());
    }

    private JsonObject section() {
        return visionConfig.get("vision_config") instanceof JsonObject inner ? inner : visionConfig;
    }

    /// @return the file beside the language model that words are read with
    Optional<Path> tokenizer() {
        return given.language().flatMap(
                l -> TOKENIZERS.stream().map(folder(l)::resolve).filter(Files::isRegularFile).findFirst());
    }

    /// @return what is copied from beside the language model
    List<Path> beside() {
        return given.language().map(l -> BESIDE.stream().map(folder(l)::resolve).filter(Files::isRegularFile).toList())
                .orElse(List.of());
    }

    /// @return `config.json` of the new model
    String config() {
        JsonObject json = new JsonObject();
        json.addProperty("model_type", "llava");
        json.add("text_config", languageConfig);
        json.add("vision_config", section());
        json.addProperty("image_token_index", rows().orElseThrow());
        json.addProperty("pad_token_id", rows().orElseThrow() + 1);
        json.addProperty("projector_layers", layers());
        json.addProperty("projector_hidden_act", "gelu");
        json.addProperty("vision_feature_layer", -2);
        json.addProperty("vision_feature_select_strategy", "default");
        return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
    }

    static Path folder(Path place) {
        return Files.isDirectory(place) ? place : place.toAbsolutePath().getParent();
    }

    private static JsonObject json(Path place) throws EngineException {
        Path file = folder(place).resolve("config.json");
        try {
            return Files.exists(file)
                    ? JsonParser.parseString(Files.readString(file)).getAsJsonObject()
                    : new JsonObject();
        } catch (IOException | RuntimeException e) {
            throw new EngineException(e, "checkpoint.config", file);
        }
    }

    /// @throws EngineException when a file beside the language model cannot be read any more
    AssemblyPreview preview() throws EngineException {
        long bytes = pieces.values().stream().mapToLong(p -> p.made().bytes()).sum()
                + SafetensorsWriter.header(entries(), METADATA).remaining();
        try {
            for (Path file : beside()) {
                bytes += Files.size(file);
            }
        } catch (IOException e) {
            throw new EngineException(e, "checkpoint.unreadable", given.language().orElseThrow(),
                    String.valueOf(e.getMessage()));
        }
        if (vision.isPresent() && language.isPresent()) {
            bytes += config().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        }
        return new AssemblyPreview(taken, new AssemblyChecks(this).all(), parameters(), bytes);
    }

    @Override
    public void close() {
        open.forEach(CheckpointReader::close);
    }
}
