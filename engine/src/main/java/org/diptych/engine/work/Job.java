package org.diptych.engine.work;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Progress;

/// The one implementation of [JobHandle]: state, progress and cancel flag of a piece of work, wherever it runs.
public final class Job<T> implements JobHandle<T> {
    private static final AtomicLong IDS = new AtomicLong();
    /// Of work before a rate is told.
    private static final long LEAST_NANOS = 100_000_000L;

    private final long id = IDS.incrementAndGet();
    private final Message title;
    private final CompletableFuture<T> future = new CompletableFuture<>();
    private final Cancel cancel = new Cancel();
    private volatile State state = State.WAITING;
    private volatile Progress progress;
    private final LongSupplier clock;
    /// By the key of a phase: a phase that comes again goes at the pace that it had.
    private final Map<String, Pace> paces = new HashMap<>();
    private boolean reported;
    private long reportedAt;
    private long worked;
    private long phaseStartDone;

    /// @param clock nanoseconds of any origin
    public Job(Message title, LongSupplier clock) {
        this.title = title;
        this.clock = clock;
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

    /// Called by the thread that does the work. What passed since the last report was work, but for what [Pace] takes for rest.
    public void report(Message phase, long done, long total) {
        long now = clock.getAsLong();
        if (!phase.equals(progress.phase()) || done < progress.done() || !reported) {
            worked = 0;
            phaseStartDone = done;
        } else {
            worked += paces.computeIfAbsent(phase.key(), _ -> new Pace()).of(now - reportedAt).worked();
        }
        reported = true;
        reportedAt = now;
        double rate = worked < LEAST_NANOS ? 0 : (done - phaseStartDone) * 1e9 / worked;
        progress = new Progress(phase, done, total, rate);
    }

    /// Called by the thread that does the work: nothing was done since the last report.
    public void rested() {
        reportedAt = clock.getAsLong();
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
