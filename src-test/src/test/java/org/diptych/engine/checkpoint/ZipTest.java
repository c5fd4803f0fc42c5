package org.diptych.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class ZipTest {
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;

    @TempDir
    private Path folder;
    private Path file;
    private Map<String, byte[]> entries;

    @BeforeEach
    void aSoundArchive() {
        file = folder.resolve("x.pt");
        entries = Pickle.archive(new Pickle().op('}').text("w").four("0").op('s').end());
    }

    @Test
    void aSoundArchiveIsRead() throws EngineException {
        try (CheckpointReader reader = CheckpointReader.open(Pickle.zip(file, entries))) {
            assertThat(reader.names()).containsExactly("w");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "archive/../../evil", "/etc/evil", "archive\\..\\evil"})
    void namesThatLeaveTheArchiveAreRefused(String name) {
        entries.put(name, new byte[4]);
        assertThat(Refusal.ofOpening(Pickle.zip(file, entries), "checkpoint.zip.name").why(Texts.ENGLISH))
                .contains(name);
    }

    @Test
    void aPackedEntryIsRefused() throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        Refusal.ofOpening(file, "checkpoint.zip");
    }

    /// `torch.jit.save` packs the program text, and only that; nothing reads it.
    @Test
    void packedProgramTextIsLeftAlone() throws IOException, EngineException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> item : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(item.getKey());
                CRC32 crc = new CRC32();
                crc.update(item.getValue());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize(item.getValue().length);
                entry.setCrc(crc.getValue());
                zip.putNextEntry(entry);
                zip.write(item.getValue());
            }
            zip.putNextEntry(new ZipEntry("archive/code/__torch__/model.py"));
            zip.write(new byte[1000]);
            zip.closeEntry();
        }
        try (CheckpointReader reader = CheckpointReader.open(file)) {
            assertThat(reader.names()).containsExactly("w");
        }
    }

    /// Changes one field of the directory's first entry or of its end.
    private Path edited(int signature, int field, int width, long value) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Pickle.zip(file, entries)))
                .order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (bytes.getInt(at) != signature) {
            at++;
        }
        if (width == 2) {
            bytes.putShort(at + field, (short) value);
        } else {
            bytes.putInt(at + field, (int) value);
        }
        return Files.write(file, bytes.array());
    }

    private Path absurdSize(long size) throws IOException {
        edited(CENTRAL, 20, 4, size);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (bytes.getInt(at) != CENTRAL) {
            at++;
        }
        bytes.putInt(at + 24, (int) size);
        return Files.write(file, bytes.array());
    }

    @Test
    void sizesBeyondTheFileAreRefused() throws IOException {
        Refusal.ofOpening(absurdSize(0xfffffff0L), "checkpoint.zip.size");
        Refusal.ofOpening(absurdSize(100_000), "checkpoint.zip.size");
        Refusal.ofOpening(edited(CENTRAL, 42, 4, 0x7fffffff), "checkpoint.truncated");
        Refusal.ofOpening(edited(CENTRAL, 42, 4, 4), "checkpoint.zip");
        Refusal.ofOpening(edited(CENTRAL, 28, 2, 0xffff), "checkpoint.zip");
        Refusal.ofOpening(edited(END, 10, 2, 0xffff), "checkpoint.zip");
        Refusal.ofOpening(edited(END, 12, 4, 0xfffffff0L), "checkpoint.truncated");
        Refusal.ofOpening(edited(END, 16, 4, 0xfffffff0L), "checkpoint.truncated");
    }

    @Test
    void anArchiveOfSomethingElseIsNoCheckpoint() {
        Refusal.ofOpening(Pickle.zip(file, Map.of("word/document.xml", new byte[9])), "checkpoint.unknown");
        Refusal.ofOpening(Pickle.zip(file, Map.of()), "checkpoint.unknown");
    }

    @Test
    void theOtherByteOrderIsTold() {
        entries.put("archive/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
        Refusal.ofOpening(Pickle.zip(file, entries), "checkpoint.endian");
        entries.put("archive/byteorder", new byte[0]);
        Refusal.ofOpening(Pickle.zip(file, entries), "checkpoint.endian");
    }

    @Test
    void anythingElseIsNoCheckpoint() throws IOException {
        Refusal.ofOpening(Files.writeString(folder.resolve("a.bin"), "<!DOCTYPE html><html>not found</html>"),
                "checkpoint.unknown");
        Refusal.ofOpening(Files.write(folder.resolve("a.bin"), new Pickle().op('}').op(new int[20]).end()),
                "checkpoint.opcode");
    }
}
