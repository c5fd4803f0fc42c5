package org.diptych.engine.checkpoint;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;

/// The directory of a stored zip with each entry's place in the file, which `java.util.zip` does not tell (PKWARE APPNOTE 4.3, zip64 included).
final class Zip {
    private static final int END = 0x06054b50;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END64 = 0x06064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int SMALL = 1 << 16;
    private static final long ALL_ONES = 0xffffffffL;

    private Zip() {
    }

    /// @return entry name -> its bytes, without the program text of a TorchScript archive: nothing here reads it, and it is the one part that is packed
    static Map<String, Bytes> entries(Bytes all) throws EngineException {
        try {
            return read(all);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new EngineException(e, "checkpoint.zip", all.file(), Message.of("checkpoint.detail.directory"));
        }
    }

    private static Map<String, Bytes> read(Bytes all) throws EngineException {
        long tail = Math.min(all.length(), 22 + 65535 + 20);
        ByteBuffer end = all.copy(all.length() - tail, (int) tail);
        int at = end.limit() - 22;
        while (at >= 0 && end.getInt(at) != END) {
            at--;
        }
        if (at < 0) {
            throw new EngineException("checkpoint.truncated", all.file(), all.length());
        }
        long count = end.getShort(at + 10) & 0xffff;
        long size = end.getInt(at + 12) & ALL_ONES;
        long start = end.getInt(at + 16) & ALL_ONES;
        if (at >= 20 && end.getInt(at - 20) == END64_LOCATOR) {
            long where = end.getLong(at - 20 + 8);
            ByteBuffer end64 = slice(all, where, 56);
            if (end64.getInt(0) != END64) {
                throw new EngineException("checkpoint.zip", all.file(), Message.of("checkpoint.detail.directory"));
            }
            count = end64.getLong(32);
            size = end64.getLong(40);
            start = end64.getLong(48);
        }
        ByteBuffer directory = slice(all, start, size);
        Map<String, Bytes> entries = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            entry(all, directory, entries);
        }
        return entries;
    }

    private static void entry(Bytes all, ByteBuffer directory, Map<String, Bytes> entries) throws EngineException {
        Path file = all.file();
        int p = directory.position();
        if (directory.getInt(p) != CENTRAL) {
            throw new EngineException("checkpoint.zip", file, Message.of("checkpoint.detail.directory"));
        }
        int method = directory.getShort(p + 10);
        long packed = directory.getInt(p + 20) & ALL_ONES;
        long size = directory.getInt(p + 24) & ALL_ONES;
        int nameLength = directory.getShort(p + 28) & 0xffff;
        int extraLength = directory.getShort(p + 30) & 0xffff;
        int commentLength = directory.getShort(p + 32) & 0xffff;
        long local = directory.getInt(p + 42) & ALL_ONES;
        byte[] nameBytes = new byte[nameLength];
        directory.get(p + 46, nameBytes);
        String name = new String(nameBytes, StandardCharsets.UTF_8);
        int extra = p + 46 + nameLength;
        int extraEnd = extra + extraLength;
        while (extra + 4 <= extraEnd) {
            int id = directory.getShort(extra) & 0xffff;
            int length = directory.getShort(extra + 2) & 0xffff;
            if (id == 1) {
                int field = extra + 4;
                if (size == ALL_ONES) {
                    size = directory.getLong(field);
                    field += 8;
                }
                if (packed == ALL_ONES) {
                    packed = directory.getLong(field);
                    field += 8;
                }
                if (local == ALL_ONES) {
                    local = directory.getLong(field);
                }
            }
            extra += 4 + length;
        }
        directory.position(extraEnd + commentLength);
        if (name.startsWith("/") || name.contains("\\") || (name + "/").contains("../")) {
            throw new EngineException("checkpoint.zip.name", file, name);
        }
        if (name.contains("/code/")) {
            return;
        }
        if (method != 0 || packed != size) {
            throw new EngineException("checkpoint.zip", file, Message.of("checkpoint.detail.compressed", name));
        }
        ByteBuffer header = slice(all, local, 30);
        if (header.getInt(0) != LOCAL) {
            throw new EngineException("checkpoint.zip", file, Message.of("checkpoint.detail.directory"));
        }
        long data = local + 30 + (header.getShort(26) & 0xffff) + (header.getShort(28) & 0xffff);
        if (size < 0 || data < 0 || size > all.length() - data) {
            throw new EngineException("checkpoint.zip.size", file, name, size);
        }
        if (entries.put(name, new Bytes(file, all.channel(), data, size)) != null) {
            throw new EngineException("checkpoint.duplicate", file, name);
        }
    }

    private static ByteBuffer slice(Bytes all, long from, long size) throws EngineException {
        if (from < 0 || size < 0 || from > all.length() - size) {
            throw new EngineException("checkpoint.truncated", all.file(), all.length());
        }
        return size <= SMALL ? all.copy(from, (int) size) : all.map(from, size);
    }
}
