package org.diptych.engine.train;

import java.util.concurrent.CompletionStage;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Progress;

/// A job with more to it than the lane knows: what becomes of its value, or what it takes to cancel it.
///
/// @param stop cancels it
record Then<T>(JobHandle<?> inner, CompletionStage<T> result, Runnable stop) implements JobHandle<T> {
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
        stop.run();
    }
}
