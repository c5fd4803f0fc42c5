package org.diptych.app.fx;

import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.animation.PauseTransition;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.util.Duration;
import org.diptych.engine.api.JobHandle;

/// A question that is asked again and again while a person types or drags: it waits for a short quiet, asks the engine, and delivers an answer only while
/// its question is still the newest. Use it on JavaFX's thread only.
///
/// @param <Q> a question, frozen
/// @param <R> an answer
public final class LatestTask<Q, R> {
    private final Function<Q, JobHandle<R>> start;
    private final Consumer<R> done;
    private final Consumer<Throwable> failed;
    private final PauseTransition quiet;
    private final ReadOnlyBooleanWrapper busy = new ReadOnlyBooleanWrapper(this, "busy");
    private Optional<JobHandle<R>> running = Optional.empty();
    private long newest;

    /// @param quiet  how long nothing may be asked before the engine is
    /// @param start  asks the engine
    /// @param done   gets the newest answer, on JavaFX's thread
    /// @param failed gets what went wrong with the newest question, on JavaFX's thread
    public LatestTask(Duration quiet, Function<Q, JobHandle<R>> start, Consumer<R> done, Consumer<Throwable> failed) {
        this.quiet = new PauseTransition(quiet);
        this.start = start;
        this.done = done;
        this.failed = failed;
    }

    /// @return true from a question to its answer: what is shown is older than what was asked
    public ReadOnlyBooleanProperty busyProperty() {
        return busy.getReadOnlyProperty();
    }

    /// @return the work under way, for a progress bar
    public Optional<JobHandle<R>> running() {
        return running;
    }

    /// Asks after the quiet; whatever was asked before is forgotten.
    public void ask(Q question) {
        long mine = ++newest;
        busy.set(true);
        quiet.setOnFinished(e -> begin(question, mine));
        quiet.playFromStart();
    }

    /// Asks without waiting.
    public void askNow(Q question) {
        quiet.stop();
        busy.set(true);
        begin(question, ++newest);
    }

    /// Forgets the question.
    public void cancel() {
        newest++;
        quiet.stop();
        running.ifPresent(JobHandle::cancel);
        running = Optional.empty();
        busy.set(false);
    }

    private void begin(Q question, long mine) {
        running.ifPresent(JobHandle::cancel);
        JobHandle<R> handle = start.apply(question);
        running = Optional.of(handle);
        handle.result().whenCompleteAsync((value, error) -> end(mine, value, error), Fx.EXECUTOR);
    }

    private void end(long mine, R value, Throwable error) {
        if (mine != newest) {
            return;
        }
        running = Optional.empty();
        busy.set(false);
        if (error == null) {
            done.accept(value);
        } else if (!(Fx.cause(error) instanceof CancellationException)) {
            failed.accept(Fx.cause(error));
        }
    }
}
