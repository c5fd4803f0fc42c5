package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.kernel.Brain;

/// Writes the safetensors form, safely: the old file stays until the new one is whole.
public final class SafetensorsWriter {
    private SafetensorsWriter() {
    }

    /// @param tensors  name -> tensor, in the order to write them
    /// @param metadata free texts for the header
    /// @throws EngineException when the folder cannot be written or the disk is full; the file is then as it was before
    public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
            throws EngineException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> entries.put(name, entry(tensor)));
        SafeFile.write(file, channel -> {
            writeAll(channel, header(entries, metadata));
            for (NDArray tensor : tensors.values()) {
                put(channel, tensor);
            }
        });
    }

    /// @param entries  name -> what stands there, in the order of the file
    /// @param metadata free texts
    /// @return all that stands before the first tensor
    static ByteBuffer header(Map<String, Entry> entries, Map<String, String> metadata) {
        JsonObject header = new JsonObject();
        if (!metadata.isEmpty()) {
            JsonObject notes = new JsonObject();
            metadata.forEach(notes::addProperty);
            header.add("__metadata__", notes);
        }
        long at = 0;
        for (Map.Entry<String, Entry> item : entries.entrySet()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("dtype", item.getValue().type().name());
            JsonArray shape = new JsonArray();
            for (long n : item.getValue().shape()) {
                shape.add(n);
            }
            entry.add("shape", shape);
            JsonArray offsets = new JsonArray();
            offsets.add(at);
            at += item.getValue().bytes();
            offsets.add(at);
            entry.add("data_offsets", offsets);
            header.add(item.getKey(), entry);
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + 7) / 8 * 8; // tensors begin on 8 bytes, so that they can be mapped as they lie
        ByteBuffer head = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
        while (head.hasRemaining()) {
            head.put((byte) ' ');
        }
        return head.flip();
    }

    /// Writes a tensor's numbers, as [#entry] says them.
    static void put(FileChannel channel, NDArray tensor) throws IOException {
        if (Brain.is(tensor)) {
            try (NDArray bits = Brain.bits(tensor)) {
                writeAll(channel, bits.toByteBuffer());
            }
        } else {
            writeAll(channel, tensor.toByteBuffer());
        }
    }

    /// @return what a file says of the tensor
    static Entry entry(NDArray tensor) {
        return new Entry(Brain.is(tensor) ? DType.BF16 : type(tensor.getDataType()), tensor.getShape().getShape());
    }

    static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    static DType type(DataType type) {
        return switch (type) {
            case FLOAT32 -> DType.F32;
            case FLOAT64 -> DType.F64;
            case FLOAT16 -> DType.F16;
            case INT64 -> DType.I64;
            case INT32 -> DType.I32;
            case UINT8 -> DType.U8;
            case INT8 -> DType.I8;
            case BOOLEAN -> DType.BOOL;
            default -> throw new IllegalArgumentException("no safetensors type for " + type);
        };
    }
}
