package org.diptych.engine.bench;

import ai.djl.ndarray.NDArray;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Writes 32-bit tensors as `torch.save` does since 1.6: a stored zip with a pickle of protocol 2 and one aligned entry a storage. Only for measuring how fast
/// such a file opens; weights are kept as safetensors.
final class TorchZipWriter {
    private static final int ALIGNED = 64;
    private static final int LOCAL_HEADER = 30;
    private static final int EXTRA_HEADER = 4;

    private final ZipOutputStream zip;
    private long at;

    private TorchZipWriter(OutputStream out) {
        zip = new ZipOutputStream(out);
        zip.setMethod(ZipOutputStream.STORED);
    }

    static void write(Path file, Map<String, NDArray> tensors) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            TorchZipWriter writer = new TorchZipWriter(out);
            writer.entry("archive/data.pkl", pickle(tensors));
            writer.entry("archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
            int key = 0;
            for (NDArray tensor : tensors.values()) {
                ByteBuffer values = tensor.toByteBuffer();
                byte[] bytes = new byte[values.remaining()];
                values.get(bytes);
                writer.entry("archive/data/" + key++, bytes);
            }
            writer.zip.finish();
        }
    }

    private void entry(String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        CRC32 crc = new CRC32();
        crc.update(content);
        entry.setCrc(crc.getValue());
        entry.setSize(content.length);
        long start = at + LOCAL_HEADER + name.length() + EXTRA_HEADER;
        int padding = (int) (-start & ALIGNED - 1);
        ByteBuffer extra = ByteBuffer.allocate(EXTRA_HEADER + padding).order(ByteOrder.LITTLE_ENDIAN);
        extra.put((byte) 'F').put((byte) 'B').putShort((short) padding);
        entry.setExtra(extra.array());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
        at = start + padding + content.length;
    }

    private static byte[] pickle(Map<String, NDArray> tensors) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[]{(byte) 0x80, 2, '}', '('});
        int key = 0;
        for (Map.Entry<String, NDArray> item : tensors.entrySet()) {
            long[] shape = item.getValue().getShape().getShape();
            text(out, item.getKey());
            ascii(out, "ctorch._utils\n_rebuild_tensor_v2\n((");
            text(out, "storage");
            ascii(out, "ctorch\nFloatStorage\n");
            text(out, Integer.toString(key++));
            text(out, "cpu");
            number(out, (int) item.getValue().size());
            ascii(out, "tQ");
            number(out, 0);
            tuple(out, shape);
            long[] strides = new long[shape.length];
            long stride = 1;
            for (int i = shape.length - 1; i >= 0; i--) {
                strides[i] = stride;
                stride *= shape[i];
            }
            tuple(out, strides);
            out.write(0x89); // needs no gradient
            ascii(out, "ccollections\nOrderedDict\n)RtR");
        }
        ascii(out, "u.");
        return out.toByteArray();
    }

    private static void tuple(ByteArrayOutputStream out, long[] numbers) throws IOException {
        out.write('(');
        for (long n : numbers) {
            number(out, (int) n);
        }
        out.write('t');
    }

    private static void text(ByteArrayOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.write('X');
        out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes.length).array());
        out.write(bytes);
    }

    private static void number(ByteArrayOutputStream out, int n) throws IOException {
        out.write('J');
        out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(n).array());
    }

    private static void ascii(ByteArrayOutputStream out, String opcodes) throws IOException {
        out.write(opcodes.getBytes(StandardCharsets.US_ASCII));
    }
}
