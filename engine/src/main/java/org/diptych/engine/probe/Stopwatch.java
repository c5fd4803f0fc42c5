package org.diptych.engine.probe;

import ai.djl.ndarray.NDArray;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.Probe;

/// Keeps the time of each phase of one forward. It hears nothing else, so that the model runs as fast as it can.
public final class Stopwatch implements Probe {
    private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);
    private Optional<Phase> now = Optional.empty();
    private long since;

    @Override
    public boolean listens() {
        return false;
    }

    @Override
    public void phase(Phase phase) {
        stop();
        now = Optional.of(phase);
    }

    /// The forward is over.
    public void stop() {
        long time = System.nanoTime();
        now.ifPresent(phase -> nanos.merge(phase, time - since, Long::sum));
        now = Optional.empty();
        since = time;
    }

    /// @return milliseconds of a phase, 0 when the model had none
    public double millis(Phase phase) {
        return nanos.getOrDefault(phase, 0L) / 1e6;
    }

    /// @return true when the model told its phases
    public boolean told() {
        return !nanos.isEmpty();
    }

    @Override
    public NDArray attention(String site, int layer, NDArray weights) {
        return weights;
    }

    @Override
    public void hidden(String stream, int index, NDArray state) {
        // only the time is kept
    }

    @Override
    public void value(String name, NDArray value) {
        // only the time is kept
    }
}
