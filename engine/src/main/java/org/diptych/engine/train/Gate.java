package org.diptych.engine.train;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.diptych.engine.api.RunSummary.Status;

/// Whether a run goes on, waits for its person, or is to stop. Commands come from any thread and are seen between two pieces of work.
final class Gate {
    private volatile Status status = Status.RUNNING;
    private volatile CompletableFuture<Void> open = CompletableFuture.completedFuture(null);
    private volatile boolean stopping;
    private volatile boolean held;
    /// Steps after which it waits again, not counted yet; 0 for none.
    private int wished;
    private int until = Integer.MAX_VALUE;

    Status status() {
        return status;
    }

    boolean underWay() {
        return status == Status.RUNNING || status == Status.PAUSED;
    }

    boolean stopping() {
        return stopping;
    }

    boolean closed() {
        return !open.isDone();
    }

    /// @return done while the run goes on
    CompletionStage<Void> open() {
        return open;
    }

    /// @return true once after a person had it wait
    boolean wasHeld() {
        boolean was = held;
        held = false;
        return was;
    }

    synchronized void pause() {
        if (status == Status.RUNNING && !stopping) {
            status = Status.PAUSED;
            held = true;
            open = new CompletableFuture<>();
        }
        endless();
    }

    synchronized void resume() {
        endless();
        open(0);
    }

    /// @param steps to take before it waits again
    synchronized void resume(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("steps " + steps);
        }
        endless();
        open(steps);
    }

    private void endless() {
        wished = 0;
        until = Integer.MAX_VALUE;
    }

    private void open(int steps) {
        if (status == Status.PAUSED) {
            status = Status.RUNNING;
            wished = steps;
            open.complete(null);
        }
    }

    synchronized void stop() {
        stopping = true;
        resume();
    }

    /// Asked before each step. The step under way when a person resumed is none of those that were wished for, so they are counted from here.
    ///
    /// @param done steps done
    /// @return true when it waits from now on
    synchronized boolean reached(int done) {
        if (wished > 0) {
            until = (int) Math.min(Integer.MAX_VALUE, (long) done + wished);
            wished = 0;
        }
        if (done < until) {
            return false;
        }
        pause();
        return true;
    }

    synchronized void end(Status how) {
        status = how;
    }
}
