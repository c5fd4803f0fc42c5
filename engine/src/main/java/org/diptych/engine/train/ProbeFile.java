package org.diptych.engine.train;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.Picture;

/// The probe set as a file, so that moments can be looked at where the data is gone: `DMPP`, a version (2 bytes, 1), then as a zlib stream the number of pairs
/// (byte) and of each caption and question (UTF-8 as in [MomentFile]), width and height (short each) and the picture's RGB bytes row by row.
final class ProbeFile {
    private static final int MAGIC = 0x444D5050;
    private static final int VERSION = 1;

    private ProbeFile() {
    }

    static byte[] bytes(List<Moments.Pair> pairs) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream head = new DataOutputStream(bytes);
            head.writeInt(MAGIC);
            head.writeShort(VERSION);
            try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
                out.writeByte(pairs.size());
                for (Moments.Pair pair : pairs) {
                    out.writeUTF(pair.caption());
                    out.writeUTF(pair.question());
                    out.writeShort(pair.picture().width());
                    out.writeShort(pair.picture().height());
                    out.write(pair.picture().rgb());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail to be written
        }
        return bytes.toByteArray();
    }

    /// @throws EngineException when the file is gone, broken, or of a later version
    static List<Moments.Pair> read(Path file) throws EngineException {
        try (DataInputStream head = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            if (head.readInt() != MAGIC) {
                throw new EngineException("moments.broken", file);
            }
            int version = head.readUnsignedShort();
            if (version != VERSION) {
                throw new EngineException("moments.version", file, version, VERSION);
            }
            List<Moments.Pair> out = new ArrayList<>();
            try (DataInputStream in = new DataInputStream(new InflaterInputStream(head))) {
                for (int left = in.readUnsignedByte(); left > 0; left--) {
                    String caption = in.readUTF();
                    String question = in.readUTF();
                    int width = in.readUnsignedShort();
                    int height = in.readUnsignedShort();
                    byte[] rgb = in.readNBytes(width * height * 3);
                    String name = Integer.toString(out.size() + 1);
                    out.add(new Moments.Pair(out.size(), new Picture(width, height, rgb, name), caption, question));
                }
            }
            return out;
        } catch (IOException | IllegalArgumentException e) {
            throw new EngineException(e, "moments.broken", file);
        }
    }
}
