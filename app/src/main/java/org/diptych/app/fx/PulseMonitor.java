package org.diptych.app.fx;

import javafx.animation.AnimationTimer;

/// Measures how late JavaFX's pulses come: the longest time between two while it runs.
public final class PulseMonitor {
    private final AnimationTimer timer = new AnimationTimer() {
        @Override
        public void handle(long now) {
            pulse(now);
        }
    };
    private long last;
    private long worst;
    private long count;

    /// Starts anew.
    public void start() {
        last = 0;
        worst = 0;
        count = 0;
        timer.start();
    }

    public void stop() {
        timer.stop();
    }

    private void pulse(long now) {
        if (last != 0) {
            worst = Math.max(worst, now - last);
        }
        last = now;
        count++;
    }

    /// @return the longest gap between two pulses, in milliseconds
    public double worstMillis() {
        return worst / 1e6;
    }

    public long pulses() {
        return count;
    }
}
