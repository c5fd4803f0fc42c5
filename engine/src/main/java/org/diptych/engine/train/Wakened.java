package org.diptych.engine.train;

import java.util.concurrent.CompletionStage;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Progress;
import org.diptych.engine.api.RunSummary;

/// A run's job. Cancelling must wake a paused run, which would not see it otherwise.
record Wakened(JobHandle<RunSummary> inner, Runnable wake) implements JobHandle<RunSummary> {
    @Override
    public long id() {
        return inner.id();
    }

    @Override
    public Message title() {
        return inner.title();
    }

    @Override
    public State state() {
        return inner.state();
    }

    @Override
    public Progress progress() {
        return inner.progress();
    }

    @Override
    public void cancel() {
        if (inner.state() != State.WAITING) { // before its first piece nobody would put the run's files in order
            inner.cancel();
        }
        wake.run();
    }

    @Override
    public CompletionStage<RunSummary> result() {
        return inner.result();
    }
}
