package org.diptych.engine.api;

import java.time.Duration;
import java.util.Optional;

/// How far a job is.
///
/// @param phase what it does now
/// @param done  units done of this phase
/// @param total units in all, 0 when unknown
/// @param rate  units a second over this phase, 0 when unknown
public record Progress(Message phase, long done, long total, double rate) {
    public double fraction() {
        return total <= 0 ? -1 : Math.min(1, (double) done / total);
    }

    /// @return the time left at the present rate, empty while it cannot be told
    public Optional<Duration> eta() {
        return total <= 0 || rate <= 0
                ? Optional.empty()
                : Optional.of(Duration.ofMillis((long) (1000 * (total - done) / rate)));
    }
}
