package org.diptych.engine.train;

import java.util.concurrent.CompletionStage;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Progress;

/// A job whose value is worked on further elsewhere.
record Then<T>(JobHandle<?> inner, CompletionStage<T> result) implements JobHandle<T> {
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
        inner.cancel();
    }
}
