package org.diptych.engine.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/// A small safetensors file as plain numbers, so that the picture tests need no tensor library.
final class Tensors {
    private final JsonObject header;
    private final ByteBuffer data;

    Tensors(Path file) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] text = new byte[(int) all.getLong()];
        all.get(text);
        header = JsonParser.parseString(new String(text, StandardCharsets.UTF_8)).getAsJsonObject();
        header.remove("__metadata__");
        data = all.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    Set<String> names() {
        return new TreeSet<>(header.keySet());
    }

    long[] shape(String name) {
        return longs(header.getAsJsonObject(name).getAsJsonArray("shape"));
    }

    /// @return every value of a tensor, bytes without their sign
    double[] values(String name) {
        JsonObject entry = header.getAsJsonObject(name);
        long[] offsets = longs(entry.getAsJsonArray("data_offsets"));
        ByteBuffer part = data.slice((int) offsets[0], (int) (offsets[1] - offsets[0])).order(ByteOrder.LITTLE_ENDIAN);
        String type = entry.get("dtype").getAsString();
        int size = switch (type) {
            case "U8" -> 1;
            case "F32" -> 4;
            case "I64" -> 8;
            default -> throw new IllegalArgumentException(type);
        };
        double[] values = new double[part.remaining() / size];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (size) {
                case 1 -> part.get() & 0xff;
                case 4 -> part.getFloat();
                default -> part.getLong();
            };
        }
        return values;
    }

    private static long[] longs(JsonArray array) {
        long[] longs = new long[array.size()];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = array.get(i).getAsLong();
        }
        return longs;
    }
}
