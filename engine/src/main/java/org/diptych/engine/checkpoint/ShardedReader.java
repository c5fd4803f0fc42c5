package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.EngineException;

/// Several files behind an index (`*.index.json` with `weight_map`: tensor name -> file name).
public final class ShardedReader implements CheckpointReader {
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
            Map<String, CheckpointReader> byName = new LinkedHashMap<>();
            for (Map.Entry<String, JsonElement> item : weightMap(index).entrySet()) {
                String name = item.getValue().getAsString();
                if (name.contains("..") || name.contains("/") || name.contains("\\")) {
                    throw new EngineException("checkpoint.index", index, name);
                }
                CheckpointReader shard = files.get(name);
                if (shard == null) {
                    Path file = index.resolveSibling(name);
                    if (!Files.exists(file)) {
                        throw new EngineException("checkpoint.shard", index, name);
                    }
                    shard = CheckpointFiles.openFile(file);
                    files.put(name, shard);
                }
                if (!shard.names().contains(item.getKey())) {
                    throw new EngineException("checkpoint.index", index, item.getKey());
                }
                byName.put(item.getKey(), shard);
            }
            return new ShardedReader(index, new ArrayList<>(files.values()), byName);
        } catch (EngineException e) {
            files.values().forEach(CheckpointReader::close);
            throw e;
        }
    }

    private static JsonObject weightMap(Path index) throws EngineException {
        try {
            return JsonParser.parseString(Files.readString(index)).getAsJsonObject().getAsJsonObject("weight_map");
        } catch (IOException | JsonParseException | IllegalStateException | ClassCastException e) {
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
    public void close() {
        shards.forEach(CheckpointReader::close);
    }
}
