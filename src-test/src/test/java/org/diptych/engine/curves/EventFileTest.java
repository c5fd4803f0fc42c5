package org.diptych.engine.curves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.diptych.engine.curves.Events.crc;
import static org.diptych.engine.curves.Events.read;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Spread;
import org.diptych.engine.curves.Events.Event;
import org.diptych.engine.curves.Events.Histogram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Event files, read back by a reader that shares nothing with the writer.
@Tag("unit")
class EventFileTest {
    /// RFC 3720, B.4, and the check value of the catalogue of parametrised CRC algorithms.
    static Stream<Arguments> vectors() {
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) 0xff);
        byte[] rising = new byte[32];
        for (int i = 0; i < 32; i++) {
            rising[i] = (byte) i;
        }
        return Stream.of(Arguments.of(new byte[32], 0x8a9136aa), Arguments.of(ones, 0x62a8ab43),
                Arguments.of(rising, 0x46dd794e),
                Arguments.of("123456789".getBytes(StandardCharsets.US_ASCII), 0xe3069283));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void checksumsAreThoseOfThePublishedVectors(byte[] bytes, int wanted) {
        assertThat(crc(bytes)).isEqualTo(wanted);
        int turned = EventFile.masked(bytes) - 0xa282ead8;
        assertThat(turned >>> 17 | turned << 15).isEqualTo(wanted);
    }

    @Test
    void everyValueOfEveryRowComesBack() {
        Logs.Made log = Logs.of(1000, (step, values) -> {
            values.put("loss", 3.0 / step);
            values.put("loss.contrastive", -2.5 / step);
            if (step % 100 == 0) {
                values.put("validation.r1.image_to_text", 0.001 * step);
                values.put("grad_norm", Double.NaN);
            }
        });
        byte[] file = EventFile.of(log, name -> true);
        // every file that TensorBoard's own writer makes begins with these: the length 24 and its checksum
        assertThat(HexFormat.of().formatHex(file, 0, 12)).isEqualTo("1800000000000000a37f4b22");
        List<Event> events = read(file);
        double start = Instant.parse("2026-01-02T03:04:05Z").getEpochSecond();
        assertThat(events).hasSize(1001);
        assertThat(events.getFirst()).isEqualTo(new Event(start, 0, "brain.Event:2", Map.of(), Map.of()));
        for (int i = 1; i < events.size(); i++) {
            var row = log.rows().get(i - 1);
            Event event = events.get(i);
            assertThat(event.step()).isEqualTo(row.step());
            assertThat(event.time()).isEqualTo(start + row.seconds());
            assertThat(event.scalars()).hasSameSizeAs(row.values());
            assertThat(event.scalars().get("loss/contrastive")).isEqualTo((float) (-2.5 / row.step()));
        }
        assertThat(events.get(200).scalars()).containsEntry("grad_norm", Float.NaN)
                .containsEntry("validation/r1.image_to_text", 0.2f);
    }

    @Test
    void onlyWhatIsWantedIsWritten() {
        Logs.Made log = Logs.of(50, (step, values) -> {
            if (step % 10 == 0) {
                values.put("validation.loss", 1.0);
            }
        });
        assertThat(read(EventFile.of(log, "validation.loss"::equals)).stream().skip(1)).hasSize(5)
                .allMatch(e -> e.scalars().equals(Map.of("validation/loss", 1f)));
        assertThat(EventFile.name(log)).isEqualTo("events.out.tfevents.1767323045.diptych");
    }

    /// The spread of step 20 comes between the rows of 20 and of 21, with every bin below its upper limit, the last limit the largest number there is.
    @Test
    void histogramsComeBack() {
        Logs.Made made = Logs.of(30, (step, values) -> values.put("loss", 1.0));
        List<Long> counts = new ArrayList<>(Collections.nCopies(Spread.Scale.WEIGHTS.bins(), 0L));
        counts.set(0, 3L);
        counts.set(20, 7L);
        Spread.Bins weights = new Spread.Bins(counts, 0, 0.07, 0.4, 0.025);
        Map<String, Spread.Part> before = Map.of("vision_model", new Spread.Part(weights, Spread.Bins.NONE));
        Map<String, Spread.Part> after = Map.of("vision_model", new Spread.Part(weights, weights));
        RunLog log = new Told(made.header(), made.rows(),
                List.of(new Spread(0, 0, before), new Spread(20, 12.5, after), new Spread(30, 15, after)));
        List<Event> events = read(EventFile.of(log, name -> true));
        assertThat(events.stream().filter(e -> !e.histograms().isEmpty()).map(Event::step)).containsExactly(0L, 20L,
                30L);
        assertThat(events.get(1).histograms()).as("before the first step there are no gradients")
                .containsOnlyKeys("weights/vision_model");
        assertThat(events.stream().map(Event::step)).isSorted();
        Event event = events.stream().filter(e -> e.step() == 20 && !e.histograms().isEmpty()).findFirst()
                .orElseThrow();
        assertThat(event.time()).isEqualTo(Instant.parse("2026-01-02T03:04:05Z").getEpochSecond() + 12.5);
        assertThat(event.histograms()).containsOnlyKeys("weights/vision_model", "gradients/vision_model");
        Histogram read = event.histograms().get("weights/vision_model");
        assertThat(List.of(read.least(), read.most(), read.count(), read.sum(), read.squares()))
                .containsExactly(0.0, 0.07, 10.0, 0.4, 0.025);
        assertThat(read.buckets()).isEqualTo(counts.stream().map(Long::doubleValue).toList());
        assertThat(read.limits()).isSorted().hasSize(32).endsWith(Double.MAX_VALUE);
        assertThat(read.limits().get(0)).isEqualTo(1e-6);
        assertThat(read.limits().get(20)).as("7 values from 0.056 to 0.1").isCloseTo(0.1, within(1e-9));
        assertThat(event.histograms().get("gradients/vision_model").limits().get(0)).isEqualTo(1e-12);
        assertThat(read(EventFile.of(log, "loss"::equals))).allMatch(e -> e.histograms().isEmpty());
    }

    /// A log with spreads.
    private record Told(Header header, List<Row> rows, List<Spread> spreads) implements RunLog {
        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public List<Row> since(int from) {
            return rows.subList(from, rows.size());
        }

        @Override
        public Optional<Snapshot> snapshot() {
            return Optional.empty();
        }
    }
}
