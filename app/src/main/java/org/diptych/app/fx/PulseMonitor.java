package org.diptych.app.fx;

import java.util.ArrayList;
import java.util.List;
import javafx.animation.AnimationTimer;

/// Measures how late JavaFX's pulses come: the times between two while it runs.
public final class PulseMonitor {
    private final AnimationTimer timer = new AnimationTimer() {
        @Override
        public void handle(long now) {
            pulse(now);
        }
    };
    private long last;
    private final List<Double> gaps = new ArrayList<>();

    /// Starts anew.
    public void start() {
        last = 0;
        gaps.clear();
        timer.start();
    }

    public void stop() {
        timer.stop();
    }

    private void pulse(long now) {
        if (last != 0) {
            gaps.add((now - last) / 1e6);
        }
        last = now;
    }

    /// @return the longest gap between two pulses, in milliseconds
    public double worstMillis() {
        return gaps.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    /// @return every gap in milliseconds, in order
    public double[] gaps() {
        return gaps.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
