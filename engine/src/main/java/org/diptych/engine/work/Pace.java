package org.diptych.engine.work;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;

/// Tells work from rest in the time that pieces of one kind take. A machine that is put to sleep, or a process that is halted, wakes in the middle of a piece, and whether a clock ran on meanwhile
/// differs from system to system, so only the length of the span can tell. It is no work where it is longer than a minute and than twenty times the longest of the last sixteen: pieces of one kind
/// differ by what they read and by what else the machine does, but not so much, and what takes less than a minute spoils no average. The third such span in a row is work after all: work that has
/// become slow, and not a machine that fell asleep in each of three pieces.
public final class Pace {
    private static final long LEAST_NANOS = 60_000_000_000L;
    private static final int TIMES = 20;
    private static final int KNOWN = 16;
    private static final int IN_A_ROW = 3;

    private final Deque<Long> known = new ArrayDeque<>();
    private int inARow;

    /// A span of time, divided.
    ///
    /// @param worked nanoseconds; of a span with rest in it as many as such a piece took of late
    /// @param rested nanoseconds, mostly 0
    public record Span(long worked, long rested) {
        public double seconds() {
            return worked / 1e9;
        }

        /// @return true when all of it was work
        public boolean whole() {
            return rested == 0;
        }
    }

    /// @param nanos that passed in one piece
    public Span of(long nanos) {
        boolean strange = !known.isEmpty() && nanos > LEAST_NANOS && nanos / TIMES > Collections.max(known);
        inARow = strange ? inARow + 1 : 0;
        if (strange && inARow < IN_A_ROW) {
            long usual = (long) known.stream().mapToLong(Long::longValue).average().orElseThrow();
            return new Span(usual, nanos - usual);
        }
        known.addLast(nanos);
        if (known.size() > KNOWN) {
            known.removeFirst();
        }
        return new Span(nanos, 0);
    }
}
