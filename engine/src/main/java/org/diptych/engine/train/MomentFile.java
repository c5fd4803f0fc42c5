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
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.RunLog;

/// One moment as a file. All numbers are big-endian; texts are UTF-8 behind their length in two bytes (modified UTF-8 of `java.io.DataOutput`).
///
/// | bytes | what |
/// |---|---|
/// | 4 | `DMOM` |
/// | 2 | version, 1 |
/// | rest | zlib stream of the body |
///
/// Body: step (int), seconds (double), temperature (double, not a number for none); n (int, 0 for no matrix) and n² quantised floats; number of pairs
/// (byte). A pair: its place (byte), rank of the text and of the picture (short each), whether it answers the question, whether there is one (a byte each) and that text, number of maps (byte).
/// A map: first and last character (short each), rows and columns (short each; no rows: the columns are boxes), what the model saw (4 floats), the boxes
/// (4 floats each), and quantised floats.
///
/// Floats are quantised to two bytes: lowest and highest value (float each), then of each value its place between them in 65534 steps, or 65535 for what is
/// not a number. The error is at most the 131068th part of the range.
final class MomentFile {
    private static final int MAGIC = 0x444D4F4D;
    private static final int VERSION = 1;
    private static final int STEPS = 65_534;
    private static final int NONE = 65_535;
    /// Longest sides that a file of this program can have; a broken one asks for more.
    private static final int MOST = 4096;

    private MomentFile() {
    }

    static byte[] bytes(Moment moment) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            DataOutputStream head = new DataOutputStream(bytes);
            head.writeInt(MAGIC);
            head.writeShort(VERSION);
            try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
                body(moment, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail to be written
        }
        return bytes.toByteArray();
    }

    private static void body(Moment moment, DataOutputStream out) throws IOException {
        out.writeInt(moment.step());
        out.writeDouble(moment.seconds());
        out.writeDouble(moment.temperature().orElse(Double.NaN));
        out.writeInt(moment.matrix().map(RunLog.Snapshot::n).orElse(0));
        if (moment.matrix().isPresent()) {
            floats(moment.matrix().get().similarity(), out);
        }
        out.writeByte(moment.pairs().size());
        for (Moment.Seen seen : moment.pairs()) {
            out.writeByte(seen.pair());
            out.writeShort(seen.imageRank());
            out.writeShort(seen.textRank());
            out.writeBoolean(seen.asked());
            out.writeBoolean(seen.written().isPresent());
            if (seen.written().isPresent()) {
                out.writeUTF(seen.written().get());
            }
            out.writeByte(seen.maps().size());
            for (Moment.Sight sight : seen.maps()) {
                sight(sight, out);
            }
        }
    }

    private static void sight(Moment.Sight sight, DataOutputStream out) throws IOException {
        out.writeShort(sight.start());
        out.writeShort(sight.end());
        out.writeShort(sight.rows());
        out.writeShort(sight.rows() == 0 ? sight.boxes().size() : sight.cols());
        box(sight.view(), out);
        for (Box box : sight.boxes()) {
            box(box, out);
        }
        floats(sight.values(), out);
    }

    private static void box(Box box, DataOutputStream out) throws IOException {
        out.writeFloat(box.x1());
        out.writeFloat(box.y1());
        out.writeFloat(box.x2());
        out.writeFloat(box.y2());
    }

    private static void floats(float[] values, DataOutputStream out) throws IOException {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            if (Float.isFinite(value)) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
        }
        out.writeFloat(low);
        out.writeFloat(high);
        for (float value : values) {
            out.writeShort(Float.isFinite(value)
                    ? (int) Math.round(high > low ? STEPS * ((double) value - low) / ((double) high - low) : 0)
                    : NONE);
        }
    }

    /// @throws EngineException when the file is gone, broken, or of a later version
    static Moment read(Path file) throws EngineException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new EngineException(e, "moments.gone", file);
        }
        try (DataInputStream head = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (head.readInt() != MAGIC) {
                throw new EngineException("moments.broken", file);
            }
            int version = head.readUnsignedShort();
            if (version != VERSION) {
                throw new EngineException("moments.version", file, version, VERSION);
            }
            try (DataInputStream in = new DataInputStream(new InflaterInputStream(head))) {
                return body(in);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new EngineException(e, "moments.broken", file);
        }
    }

    private static Moment body(DataInputStream in) throws IOException {
        int step = in.readInt();
        double seconds = in.readDouble();
        double temperature = in.readDouble();
        int n = side(in.readInt());
        Optional<RunLog.Snapshot> matrix = n == 0
                ? Optional.empty()
                : Optional.of(new RunLog.Snapshot(step, n, floats(n * n, in)));
        List<Moment.Seen> pairs = new ArrayList<>();
        for (int left = in.readUnsignedByte(); left > 0; left--) {
            int pair = in.readUnsignedByte();
            int imageRank = in.readUnsignedShort();
            int textRank = in.readUnsignedShort();
            boolean asked = in.readBoolean();
            Optional<String> written = in.readBoolean() ? Optional.of(in.readUTF()) : Optional.empty();
            List<Moment.Sight> maps = new ArrayList<>();
            for (int more = in.readUnsignedByte(); more > 0; more--) {
                maps.add(sight(in));
            }
            pairs.add(new Moment.Seen(pair, imageRank, textRank, asked, written, maps));
        }
        return new Moment(step, seconds,
                Double.isNaN(temperature) ? OptionalDouble.empty() : OptionalDouble.of(temperature), matrix, pairs);
    }

    private static Moment.Sight sight(DataInputStream in) throws IOException {
        int start = in.readUnsignedShort();
        int end = in.readUnsignedShort();
        int rows = side(in.readUnsignedShort());
        int cols = side(in.readUnsignedShort());
        Box view = box(in);
        List<Box> boxes = new ArrayList<>();
        for (int left = rows == 0 ? cols : 0; left > 0; left--) {
            boxes.add(box(in));
        }
        return new Moment.Sight(start, end, rows, cols, view, boxes, floats(rows == 0 ? cols : rows * cols, in));
    }

    private static int side(int count) throws IOException {
        if (count < 0 || count > MOST) {
            throw new IOException("a side of " + count);
        }
        return count;
    }

    private static Box box(DataInputStream in) throws IOException {
        return new Box(in.readFloat(), in.readFloat(), in.readFloat(), in.readFloat());
    }

    private static float[] floats(int count, DataInputStream in) throws IOException {
        float low = in.readFloat();
        float high = in.readFloat();
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            int place = in.readUnsignedShort();
            out[i] = place == NONE ? Float.NaN : (float) (low + ((double) high - low) * place / STEPS);
        }
        return out;
    }
}
