package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.diptych.engine.api.EngineException;

/// Several files as one: behind an index (`*.index.json` with `weight_map`: tensor name -> file name), or beside one another.
public final class ShardedReader implements CheckpointReader {
    /// A plain name in the index's own folder.
    private static final Pattern FILE_NAME = Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}_.\\- ]*");

    private final Path index;
    private final List<CheckpointReader> shards;
    private final Map<String, CheckpointReader> byName;

    private ShardedReader(Path index, List<CheckpointReader> shards, Map<String, CheckpointReader> byName) {
        this.index = index;
        this.shards = shards;
        this.byName = byName;
    }

    static ShardedReader open(Path index) throws EngineException {
        Map<String, CheckpointReader> files = new LinkedHashMap<>();
        try {
            Map<String, String> places = weightMap(index);
            Map<String, CheckpointReader> byName = new LinkedHashMap<>();
            for (Map.Entry<String, String> item : places.entrySet()) {
                CheckpointReader shard = files.get(item.getValue());
                if (shard == null) {
                    shard = shard(index, item.getValue());
                    files.put(item.getValue(), shard);
                }
                String name = item.getKey();
                for (String prefix : shard.path()) { // the index keeps the prefix that the shard's reader takes off
                    name = name.startsWith(prefix) && !shard.names().contains(name)
                            ? name.substring(prefix.length())
                            : name;
                }
                if (!shard.names().contains(name)) {
                    throw new EngineException("checkpoint.index", index, item.getKey());
                }
                byName.put(name, shard);
            }
            return new ShardedReader(index, new ArrayList<>(files.values()), byName);
        } catch (EngineException | RuntimeException e) {
            files.values().forEach(CheckpointReader::close);
            throw e;
        }
    }

    /// @return files that stand beside one another as one; nothing when a name occurs in two of them
    static Optional<ShardedReader> joined(Path folder, List<Path> files) throws EngineException {
        List<CheckpointReader> shards = new ArrayList<>();
        try {
            Map<String, CheckpointReader> byName = new LinkedHashMap<>();
            int names = 0;
            for (Path file : files) {
                CheckpointReader shard = CheckpointFiles.openFile(file);
                shards.add(shard);
                shard.names().forEach(name -> byName.put(name, shard));
                names += shard.names().size();
            }
            if (names == byName.size()) {
                return Optional.of(new ShardedReader(folder, shards, byName));
            }
        } catch (EngineException | RuntimeException e) {
            shards.forEach(CheckpointReader::close);
            throw e;
        }
        shards.forEach(CheckpointReader::close);
        return Optional.empty();
    }

    /// @return true when the test holds of the names of one file alone
    boolean holdsOfOne(Predicate<Set<String>> test) {
        return shards.stream().anyMatch(shard -> test.test(shard.names()));
    }

    private static CheckpointReader shard(Path index, String name) throws EngineException {
        if (!FILE_NAME.matcher(name).matches()) {
            throw new EngineException("checkpoint.index", index, name);
        }
        Path file = index.resolveSibling(name);
        if (!Files.isRegularFile(file)) {
            throw new EngineException("checkpoint.shard", index, name);
        }
        return CheckpointFiles.openFile(file);
    }

    private static Map<String, String> weightMap(Path index) throws EngineException {
        try {
            Map<String, String> places = new LinkedHashMap<>();
            JsonElement map = JsonParser.parseString(Files.readString(index)).getAsJsonObject().get("weight_map");
            if (map == null || !map.isJsonObject() || map.getAsJsonObject().isEmpty()) {
                throw new EngineException("checkpoint.index", index, "weight_map");
            }
            for (Map.Entry<String, JsonElement> item : map.getAsJsonObject().entrySet()) {
                if (!item.getValue().isJsonPrimitive()) {
                    throw new EngineException("checkpoint.index", index, item.getKey());
                }
                places.put(item.getKey(), item.getValue().getAsString());
            }
            return places;
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new EngineException(e, "checkpoint.index", index, "weight_map");
        }
    }

    @Override
    public Path file() {
        return index;
    }

    @Override
    public String form() {
        return shards.isEmpty() ? "safetensors" : shards.getFirst().form();
    }

    @Override
    public List<String> path() {
        return shards.stream().flatMap(s -> s.path().stream()).distinct().toList();
    }

    @Override
    public List<String> inert() {
        return shards.stream().flatMap(s -> s.inert().stream()).distinct().toList();
    }

    @Override
    public Set<String> names() {
        return java.util.Collections.unmodifiableSet(byName.keySet());
    }

    @Override
    public Entry entry(String name) {
        return shard(name).entry(name);
    }

    private CheckpointReader shard(String name) {
        CheckpointReader shard = byName.get(name);
        if (shard == null) {
            throw new IllegalArgumentException(name);
        }
        return shard;
    }

    @Override
    public boolean mapped(String name) {
        return shard(name).mapped(name);
    }

    @Override
    public NDArray read(String name, NDManager manager) throws EngineException {
        return shard(name).read(name, manager);
    }

    @Override
    public Optional<NDArray> half(String name, NDManager manager) throws EngineException {
        return shard(name).half(name, manager);
    }

    @Override
    public void close() {
        shards.forEach(CheckpointReader::close);
    }
}
