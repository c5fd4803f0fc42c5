package org.diptych.engine.work;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Progress;

/// The one implementation of [JobHandle]: state, progress and cancel flag of a piece of work, wherever it runs.
public final class Job<T> implements JobHandle<T> {
    private static final AtomicLong IDS = new AtomicLong();
    private static final long RATE_WINDOW_NANOS = 2_000_000_000L;

    private final long id = IDS.incrementAndGet();
    private final Message title;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private final Cancel cancel = new Cancel();
    private volatile State state = State.WAITING;
    private volatile Progress progress;
    private long phaseStart;
    private long phaseStartDone;

    public Job(Message title) {
        this.title = title;
        this.progress = new Progress(title, 0, 0, 0);
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Message title() {
        return title;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public Progress progress() {
        return progress;
    }

    @Override
    public void cancel() {
        cancel.ask();
        if (state == State.WAITING) {
            fail(new CancellationException());
        }
    }

    @Override
    public CompletionStage<T> result() {
        return future.minimalCompletionStage();
    }

    public Cancel cancelFlag() {
        return cancel;
    }

    public boolean finished() {
        return future.isDone();
    }

    public void running() {
        if (state == State.WAITING) {
            state = State.RUNNING;
        }
    }

    /// Called by the thread that does the work.
    public void report(Message phase, long done, long total) {
        long now = System.nanoTime();
        if (!phase.equals(progress.phase()) || done < progress.done() || phaseStart == 0) {
            phaseStart = now;
            phaseStartDone = done;
        }
        double rate = now - phaseStart < RATE_WINDOW_NANOS / 20
                ? 0
                : (done - phaseStartDone) * 1e9 / (now - phaseStart);
        progress = new Progress(phase, done, total, rate);
    }

    public void complete(T value) {
        state = State.DONE;
        future.complete(value);
    }

    /// @param error an `EngineException`, a `CancellationException`, what the native library says, or a bug
    public void fail(Throwable error) {
        state = error instanceof CancellationException ? State.CANCELLED : State.FAILED;
        future.completeExceptionally(NativeFailure.told(error));
    }
}
