package org.diptych.engine.curves;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Spread;

/// A log as TensorBoard reads it: a file of records, each a length, its checksum, an `Event` in protocol buffers' wire format, and its checksum.
///
/// @see <a href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/io/record_writer.h">record_writer.h</a>, and `event.proto`,
/// `summary.proto` beside it, for the numbers of the fields
final class EventFile {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;
    private static final int MASK = 0xa282ead8;

    private EventFile() {
    }

    /// @return `events.out.tfevents.SECONDS.diptych`, the form by which TensorBoard finds a file
    static String name(RunLog log) {
        return "events.out.tfevents." + String.format("%010d", (long) started(log)) + ".diptych";
    }

    /// @param wanted names of the values to write; of the parts' numbers `weights.PART` and `gradients.PART`
    static byte[] of(RunLog log, Predicate<String> wanted) {
        Wire file = new Wire();
        double start = started(log);
        file.record(new Wire().fixed64(1, start).bytes(3, "brain.Event:2".getBytes(StandardCharsets.UTF_8)));
        Deque<Spread> spreads = new ArrayDeque<>(log.spreads());
        for (RunLog.Row row : log.since(0)) {
            while (!spreads.isEmpty() && spreads.getFirst().step() < row.step()) {
                spread(file, start, spreads.removeFirst(), wanted);
            }
            Wire summary = new Wire();
            for (Map.Entry<String, Double> value : row.values().entrySet()) {
                if (wanted.test(value.getKey())) {
                    summary.bytes(1, new Wire().bytes(1, tag(value.getKey()).getBytes(StandardCharsets.UTF_8))
                            .fixed32(2, value.getValue().floatValue()).toByteArray());
                }
            }
            if (summary.size() > 0) {
                file.record(new Wire().fixed64(1, start + row.seconds()).varint(2, row.step()).bytes(5,
                        summary.toByteArray()));
            }
        }
        spreads.forEach(spread -> spread(file, start, spread, wanted));
        return file.toByteArray();
    }

    /// Absolute values of weights and gradients, part by part, as `HistogramProto`.
    private static void spread(Wire file, double start, Spread spread, Predicate<String> wanted) {
        Wire summary = new Wire();
        spread.parts().forEach((part, is) -> {
            histogram(summary, "weights." + part, is.weights(), Spread.Scale.WEIGHTS, wanted);
            histogram(summary, "gradients." + part, is.gradients(), Spread.Scale.GRADIENTS, wanted);
        });
        if (summary.size() > 0) {
            file.record(new Wire().fixed64(1, start + spread.seconds()).varint(2, spread.step()).bytes(5,
                    summary.toByteArray()));
        }
    }

    private static void histogram(Wire summary, String name, Spread.Bins bins, Spread.Scale scale,
            Predicate<String> wanted) {
        if (bins.counts().isEmpty() || !wanted.test(name)) {
            return;
        }
        ByteBuffer limits = Wire.little(8 * scale.bins());
        ByteBuffer counts = Wire.little(8 * scale.bins());
        for (int i = 0; i < scale.bins(); i++) {
            limits.putDouble(scale.upper(i));
            counts.putDouble(bins.counts().get(i));
        }
        Wire histogram = new Wire().fixed64(1, bins.least()).fixed64(2, bins.most()).fixed64(3, bins.size())
                .fixed64(4, bins.sum()).fixed64(5, bins.squares()).bytes(6, limits.array()).bytes(7, counts.array());
        summary.bytes(1, new Wire().bytes(1, tag(name).getBytes(StandardCharsets.UTF_8))
                .bytes(5, histogram.toByteArray()).toByteArray());
    }

    /// @return `validation/loss`: TensorBoard makes a group of what has the same first part
    private static String tag(String name) {
        return name.replaceFirst("\\.", "/");
    }

    /// @return seconds since 1970, 0 for a log that does not say when it began
    private static double started(RunLog log) {
        try {
            return OffsetDateTime.parse(log.header().started()).toInstant().toEpochMilli() / 1000.0;
        } catch (DateTimeParseException e) {
            return 0;
        }
    }

    /// A checksum as the format has it: turned and shifted, since a checksum of what holds checksums is weak.
    static int masked(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    /// Writes the wire format, little end first.
    private static final class Wire {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        private void raw(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                out.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }

        private Wire key(int field, int kind) {
            raw((long) field << 3 | kind);
            return this;
        }

        private static ByteBuffer little(int bytes) {
            return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }

        Wire varint(int field, long value) {
            key(field, VARINT).raw(value);
            return this;
        }

        Wire fixed64(int field, double value) {
            key(field, FIXED64).out.writeBytes(little(8).putDouble(value).array());
            return this;
        }

        Wire fixed32(int field, float value) {
            key(field, FIXED32).out.writeBytes(little(4).putFloat(value).array());
            return this;
        }

        Wire bytes(int field, byte[] value) {
            key(field, BYTES).raw(value.length);
            out.writeBytes(value);
            return this;
        }

        void record(Wire event) {
            byte[] data = event.toByteArray();
            byte[] length = little(8).putLong(data.length).array();
            out.writeBytes(length);
            out.writeBytes(little(4).putInt(masked(length)).array());
            out.writeBytes(data);
            out.writeBytes(little(4).putInt(masked(data)).array());
        }

        int size() {
            return out.size();
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }
    }
}
