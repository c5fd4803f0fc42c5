package org.diptych.engine.work;

import java.util.concurrent.CancellationException;

/// A request to stop, seen at the work's next safe point.
public final class Cancel {
    private volatile boolean asked;

    public void ask() {
        asked = true;
    }

    public boolean asked() {
        return asked;
    }

    /// @throws CancellationException when stopping was asked for
    public void check() {
        if (asked) {
            throw new CancellationException();
        }
    }
}
