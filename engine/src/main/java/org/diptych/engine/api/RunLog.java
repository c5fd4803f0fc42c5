package org.diptych.engine.api;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The read side of a run's log: append-only, one writer, readers without locks.
public interface RunLog {
    Header header();

    /// @return rows in the log now
    int size();

    /// @param from index of the first row wanted
    /// @return the rows from there on, as they stand now
    List<Row> since(int from);

    /// @return the newest contrast matrix of the fixed probe set
    Optional<Snapshot> snapshot();

    /// @return how large weights and gradients were at the evaluations, oldest first; none in a log of an earlier version
    default List<Spread> spreads() {
        return List.of();
    }

    /// @return what befell it on the way, in that order
    default List<Event> events() {
        return List.of();
    }

    /// @return examples that a step learnt from, which a person may have changed on the way; what was said last stands
    default int batch(int step) {
        return events().stream().filter(e -> e.event() == Event.Kind.BATCH && e.step() <= step).reduce((a, b) -> b)
                .map(e -> Integer.valueOf(e.text())).orElse(header().plan().batch());
    }

    /// @return what a person should know of how it went; mostly nothing
    default List<Message> remarks() {
        List<Event> skipped = events().stream().filter(e -> e.event() == Event.Kind.SKIPPED).toList();
        List<Event> rests = events().stream().filter(e -> e.event() == Event.Kind.RESTED).toList();
        List<Message> out = new ArrayList<>();
        if (!skipped.isEmpty()) {
            out.add(Message.of("train.remark.skipped", skipped.size(), skipped.getFirst().text()));
        }
        if (!rests.isEmpty()) {
            long minutes = rests.stream().map(e -> Duration.parse(e.text())).reduce(Duration.ZERO, Duration::plus)
                    .toMinutes();
            out.add(Message.of(rests.size() == 1 ? "train.remark.rested" : "train.remark.rested.often",
                    rests.getFirst().step(), minutes, rests.size()));
        }
        for (Event.Kind kind : List.of(Event.Kind.RATE, Event.Kind.BATCH, Event.Kind.OBJECTIVES)) {
            events().stream().filter(e -> e.event() == kind).reduce((a, b) -> b).ifPresent(e -> out.add(
                    Message.of("train.remark." + kind.name().toLowerCase(Locale.ROOT), e.step(), e.text())));
        }
        return out;
    }

    /// What the run was made from.
    ///
    /// @param id       name of the run's folder
    /// @param started  ISO-8601
    /// @param plan     as it was started
    /// @param weights  sha-256 of the weights it began from
    /// @param device   for example `cpu`
    /// @param versions program, engine and library versions
    /// @param parent   the run that this one branched off, empty for one that began by itself
    /// @param branched steps that both have in common
    record Header(String id, String started, FineTunePlan plan, String weights, String device, int threads,
            Map<String, String> versions, String parent, int branched) {
        /// A log of an earlier version says nothing of a parent.
        public Header {
            parent = parent == null ? "" : parent;
        }

        /// @return this moment as logs have it: to the millisecond, so that runs started one right behind the other keep their order, all of one length, so that texts are in the order of time
        public static String now() {
            return OffsetDateTime.now().format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX"));
        }

        /// A run that began by itself.
        public Header(String id, String started, FineTunePlan plan, String weights, String device, int threads,
                Map<String, String> versions) {
            this(id, started, plan, weights, device, threads, versions, "", 0);
        }
    }

    /// @param step    optimiser steps done
    /// @param seconds wall time since the start, pauses left out
    /// @param values  `loss`, `loss.contrastive`, `rate`, `grad_norm`, `temperature`, `pairs_per_second`, `ms.examples` (waited for); on evaluations `validation.loss`, `validation.r1`, `validation.captions` ..., `weight_norm`; on the first `parameters`, how many numbers learn
    record Row(int step, double seconds, Map<String, Double> values) {
        /// @param batch pairs of a step
        /// @return milliseconds that the step took, waiting for its examples included; NaN in the row of an evaluation
        public double millis(int batch) {
            return 1000.0 * batch / values.getOrDefault("pairs_per_second", Double.NaN);
        }
    }

    /// @param similarity (n, n) row by row, cosine times scale
    record Snapshot(int step, int n, float[] similarity) {
    }

    /// What befell a run: most often a change of the examples that it learns from, or of how it learns.
    ///
    /// @param event   what was done
    /// @param step    the first that learns from it
    /// @param seconds wall time since the start
    /// @param index   number of the example in the data set, or [#NONE]
    /// @param text    its caption from there on; of a rest how long it was, as [Duration] is written; of what was skipped the picture's name; of other terms what holds from there on
    record Event(Kind event, int step, double seconds, int index, String text) {
        /// The number of no example.
        public static final int NONE = -1;

        public enum Kind {
            /// The example has another caption.
            CORRECTED,
            /// It has the data set's again.
            TAKEN_BACK,
            /// It was put once into this step's batch.
            REQUEUED,
            /// For so long no work was done though nobody paused it: the machine slept, or waited for other work.
            RESTED,
            /// A picture could not be read, so that another example was learnt, or judged, in its place.
            SKIPPED,
            /// Another peak learning rate; the text is the number.
            RATE,
            /// Another number of examples a step; the text is the number.
            BATCH,
            /// Other objectives or weights; the text names them, as in `contrastive 1, itm 0.5`.
            OBJECTIVES;

            /// @return true for what a person did, which a run that goes on from a checkpoint before it keeps
            public boolean byPerson() {
                return this != RESTED && this != SKIPPED;
            }
        }
    }
}
