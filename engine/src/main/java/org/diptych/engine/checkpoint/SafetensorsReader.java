package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.EngineException;

/// The safetensors form: an 8-byte header length, a JSON header, then the tensors (huggingface/safetensors, README "Format").
public final class SafetensorsReader implements CheckpointReader {
    /// The reference reader's own limit.
    private static final long MAX_HEADER = 100_000_000;

    private record Place(Entry entry, long from, long to) {
    }

    private final Bytes data;
    private final Map<String, Place> places;
    private final String prefix;

    private SafetensorsReader(Bytes data, Map<String, Place> places, String prefix) {
        this.data = data;
        this.places = places;
        this.prefix = prefix;
    }

    static SafetensorsReader open(Bytes all) throws EngineException {
        Path file = all.file();
        if (all.length() < 8) {
            throw new EngineException("checkpoint.truncated", file, all.length());
        }
        long header = all.copy(0, 8).getLong(0);
        if (header < 2 || header > MAX_HEADER) {
            throw new EngineException("checkpoint.header", file, Long.toUnsignedString(header));
        }
        if (8 + header > all.length()) {
            throw new EngineException("checkpoint.truncated", file, all.length());
        }
        ByteBuffer json = all.map(8, header);
        Bytes data = new Bytes(file, all.channel(), 8 + header, all.length() - 8 - header);
        Map<String, Place> places = parse(StandardCharsets.UTF_8.decode(json).toString(), file);
        check(places, data);
        String prefix = Names.commonPrefix(places.keySet());
        Map<String, Place> named = new LinkedHashMap<>();
        places.forEach((name, place) -> named.put(name.substring(prefix.length()), place));
        return new SafetensorsReader(data, named, prefix);
    }

    private static Map<String, Place> parse(String header, Path file) throws EngineException {
        Map<String, Place> places = new LinkedHashMap<>();
        try (JsonReader reader = new JsonReader(new StringReader(header))) {
            reader.beginObject();
            while (reader.hasNext()) {
                String name = reader.nextName();
                if (name.equals("__metadata__")) {
                    reader.skipValue();
                } else if (places.put(name, place(reader, name, file)) != null) {
                    throw new EngineException("checkpoint.duplicate", file, name);
                }
            }
            reader.endObject();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new EngineException("checkpoint.header.json", file);
            }
        } catch (MalformedJsonException | IllegalStateException | JsonParseException | NumberFormatException e) {
            throw new EngineException(e, "checkpoint.header.json", file);
        } catch (IOException e) {
            throw new EngineException(e, "checkpoint.header.json", file);
        }
        return places;
    }

    private static Place place(JsonReader reader, String name, Path file) throws IOException, EngineException {
        String type = "";
        List<Long> shape = new ArrayList<>();
        List<Long> offsets = new ArrayList<>();
        reader.beginObject();
        while (reader.hasNext()) {
            switch (reader.nextName()) {
                case "dtype" -> type = reader.nextString();
                case "shape" -> longs(reader, shape);
                case "data_offsets" -> longs(reader, offsets);
                default -> reader.skipValue();
            }
        }
        reader.endObject();
        DType known;
        try {
            known = DType.valueOf(type);
        } catch (IllegalArgumentException e) {
            throw new EngineException(e, "checkpoint.dtype", file, name, type);
        }
        Entry entry = new Entry(known, shape.stream().mapToLong(Long::longValue).toArray());
        if (offsets.size() != 2 || shape.stream().anyMatch(n -> n < 0)) {
            throw new EngineException("checkpoint.shape", file, name, entry.toString());
        }
        return new Place(entry, offsets.get(0), offsets.get(1));
    }

    private static void longs(JsonReader reader, List<Long> into) throws IOException {
        reader.beginArray();
        while (reader.peek() != JsonToken.END_ARRAY) {
            into.add(reader.nextLong());
        }
        reader.endArray();
    }

    private static void check(Map<String, Place> places, Bytes data) throws EngineException {
        long last = 0;
        String before = "";
        List<Map.Entry<String, Place>> sorted = places.entrySet().stream().sorted(Comparator
                .comparingLong((Map.Entry<String, Place> e) -> e.getValue().from())
                .thenComparingLong(e -> e.getValue().to())).toList();
        for (Map.Entry<String, Place> named : sorted) {
            Place place = named.getValue();
            long bytes;
            try {
                bytes = Math.multiplyExact(place.entry().size(), place.entry().type().bytes());
            } catch (ArithmeticException e) {
                throw new EngineException(e, "checkpoint.shape", data.file(), named.getKey(), place.entry().toString());
            }
            if (place.from() < 0 || place.to() < place.from() || place.to() - place.from() != bytes) {
                throw new EngineException("checkpoint.shape", data.file(), named.getKey(), place.entry().toString());
            }
            if (place.to() > data.length()) {
                throw new EngineException("checkpoint.truncated", data.file(), data.offset() + data.length());
            }
            if (place.from() < last) {
                throw new EngineException("checkpoint.overlap", data.file(), before, named.getKey());
            }
            last = place.to();
            before = named.getKey();
        }
    }

    @Override
    public Path file() {
        return data.file();
    }

    @Override
    public String form() {
        return "safetensors";
    }

    @Override
    public List<String> path() {
        return prefix.isEmpty() ? List.of() : List.of(prefix);
    }

    @Override
    public List<String> inert() {
        return List.of();
    }

    @Override
    public Set<String> names() {
        return java.util.Collections.unmodifiableSet(places.keySet());
    }

    @Override
    public Entry entry(String name) {
        return place(name).entry();
    }

    private Place place(String name) {
        Place place = places.get(name);
        if (place == null) {
            throw new IllegalArgumentException(name);
        }
        return place;
    }

    @Override
    public boolean mapped(String name) {
        return data.mappable(place(name).from(), place(name).entry().type());
    }

    @Override
    public NDArray read(String name, NDManager manager) throws EngineException {
        Place place = place(name);
        return data.read(place.from(), place.entry(), manager);
    }

    @Override
    public Optional<NDArray> half(String name, NDManager manager) throws EngineException {
        Place place = place(name);
        return place.entry().type().half() && place.entry().size() > 0
                ? Optional.of(data.half(place.from(), place.entry(), manager))
                : Optional.empty();
    }

    @Override
    public void close() {
        CheckpointFiles.close(data.channel());
    }
}
