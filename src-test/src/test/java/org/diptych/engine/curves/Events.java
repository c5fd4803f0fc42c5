package org.diptych.engine.curves;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads event files without anything of what writes them: bit by bit checksum, its own wire format.
public final class Events {
    private Events() {
    }

    /// CRC-32C after its definition: polynomial 0x1EDC6F41, reflected.
    static int crc(byte[] bytes) {
        int crc = ~0;
        for (byte b : bytes) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ 0x82f63b78 : crc >>> 1;
            }
        }
        return ~crc;
    }

    static int masked(byte[] bytes) {
        int crc = crc(bytes);
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    public record Event(double time, long step, String version, Map<String, Float> scalars,
            Map<String, Histogram> histograms) {
    }

    /// As `HistogramProto` has it.
    public record Histogram(double least, double most, double count, double sum, double squares, List<Double> limits,
            List<Double> buckets) {
    }

    private static Histogram histogram(ByteBuffer in) {
        double[] figures = new double[5];
        for (int field = 1; field <= 5; field++) {
            assertThat(varint(in)).isEqualTo(field << 3 | 1);
            figures[field - 1] = in.getDouble();
        }
        List<List<Double>> lists = List.of(new ArrayList<>(), new ArrayList<>());
        for (int field = 6; field <= 7; field++) {
            assertThat(varint(in)).isEqualTo(field << 3 | 2);
            ByteBuffer packed = part(in);
            while (packed.hasRemaining()) {
                lists.get(field - 6).add(packed.getDouble());
            }
        }
        assertThat(in.hasRemaining()).isFalse();
        return new Histogram(figures[0], figures[1], figures[2], figures[3], figures[4], lists.get(0), lists.get(1));
    }

    public static List<Event> read(byte[] file) {
        List<Event> events = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertThat(in.getInt()).as("checksum of the length").isEqualTo(masked(length));
            byte[] data = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
            in.get(data);
            assertThat(in.getInt()).as("checksum of the data").isEqualTo(masked(data));
            events.add(event(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN)));
        }
        return events;
    }

    private static Event event(ByteBuffer in) {
        double time = 0;
        long step = 0;
        String version = "";
        Map<String, Float> scalars = new LinkedHashMap<>();
        Map<String, Histogram> histograms = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            switch ((int) varint(in)) {
                case 1 << 3 | 1 -> time = in.getDouble();
                case 2 << 3 -> step = varint(in);
                case 3 << 3 | 2 -> version = text(in);
                case 5 << 3 | 2 -> {
                    ByteBuffer summary = part(in);
                    while (summary.hasRemaining()) {
                        assertThat(varint(summary)).isEqualTo(1 << 3 | 2);
                        ByteBuffer value = part(summary);
                        assertThat(varint(value)).isEqualTo(1 << 3 | 2);
                        String tag = text(value);
                        if (varint(value) == (5 << 3 | 2)) {
                            histograms.put(tag, histogram(part(value)));
                        } else {
                            value.position(value.position() - 1);
                            assertThat(varint(value)).isEqualTo(2 << 3 | 5);
                            scalars.put(tag, value.getFloat());
                        }
                        assertThat(value.hasRemaining()).isFalse();
                    }
                }
                default -> throw new AssertionError("a field that an event does not have");
            }
        }
        return new Event(time, step, version, scalars, histograms);
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte b = in.get();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
    }

    private static ByteBuffer part(ByteBuffer in) {
        int length = (int) varint(in);
        ByteBuffer part = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        in.position(in.position() + length);
        return part;
    }

    private static String text(ByteBuffer in) {
        return StandardCharsets.UTF_8.decode(part(in)).toString();
    }
}
