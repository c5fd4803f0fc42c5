package org.diptych.engine.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes pickles opcode by opcode, sound ones and others, and packs them as `torch.save` does.
final class Pickle {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickle() {
        op(0x80).op(2);
    }

    Pickle op(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    Pickle global(String module, String name) {
        op('c');
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Pickle text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        op('X');
        return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length).array()).raw(bytes);
    }

    Pickle number(long value) {
        op(0x8a, 8);
        return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
    }

    Pickle raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Pickle numbers(long... values) {
        op('(');
        for (long value : values) {
            number(value);
        }
        return op('t');
    }

    Pickle storage(String type, String key, long size) {
        op('(').text("storage").global("torch", type).text(key).text("cpu").number(size);
        return op('t', 'Q');
    }

    /// A tensor of a storage by the function that torch names.
    Pickle tensor(String type, String key, long size, long offset, long[] shape, long[] stride) {
        return tensorBy("_rebuild_tensor_v2", type, key, size, offset, shape, stride);
    }

    Pickle tensorBy(String function, String type, String key, long size, long offset, long[] shape, long[] stride) {
        global("torch._utils", function).op('(').storage(type, key, size).number(offset).numbers(shape).numbers(stride)
                .op(0x89).global("collections", "OrderedDict").op(')', 'R');
        return op('t', 'R');
    }

    /// Four fp32 numbers in a row.
    Pickle four(String key) {
        return tensor("FloatStorage", key, 4, 0, new long[]{4}, new long[]{1});
    }

    byte[] end() {
        return op('.').out.toByteArray();
    }

    /// @return the entries that `torch.save` writes, with four fp32 numbers in storages `0` and `1`
    static Map<String, byte[]> archive(byte[] pickle) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", pickle);
        entries.put("archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        for (int storage = 0; storage < 2; storage++) {
            ByteBuffer numbers = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < 4; i++) {
                numbers.putFloat(4 * storage + i);
            }
            entries.put("archive/data/" + storage, numbers.array());
        }
        return entries;
    }

    static Path save(Path file, byte[] pickle) {
        return zip(file, archive(pickle));
    }

    static Path zip(Path file, Map<String, byte[]> entries) {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                ZipEntry stored = new ZipEntry(entry.getKey());
                CRC32 crc = new CRC32();
                crc.update(entry.getValue());
                stored.setCrc(crc.getValue());
                stored.setSize(entry.getValue().length);
                zip.putNextEntry(stored);
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
