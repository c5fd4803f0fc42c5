package org.diptych.app.shell;

import java.util.Optional;
import java.util.function.Consumer;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.diptych.app.fx.Fx;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Progress;

/// Work under way. The status bar shows what has been going on for more than a moment, with its phase, rate, time left and Cancel.
public final class Jobs {
    private final ObservableList<Entry> running = FXCollections.observableArrayList();
    private final Notices notices;

    public Jobs(Notices notices) {
        this.notices = notices;
    }

    /// @param handle  the work
    /// @param started nanoseconds, as [System#nanoTime()]
    public record Entry(JobHandle<?> handle, long started) {
        public Progress progress() {
            return handle.progress();
        }
    }

    public ObservableList<Entry> running() {
        return FXCollections.unmodifiableObservableList(running);
    }

    /// @return the work that was begun last
    public Optional<Entry> newest() {
        return running.isEmpty() ? Optional.empty() : Optional.of(running.getLast());
    }

    /// Shows the work in the status bar while it runs.
    ///
    /// @return the same handle
    public <T> JobHandle<T> track(JobHandle<T> handle) {
        Entry entry = new Entry(handle, System.nanoTime());
        Fx.run(() -> running.add(entry));
        handle.result().whenCompleteAsync((value, error) -> running.remove(entry), Fx::later);
        return handle;
    }

    /// Shows the work, hands its value to `done` on JavaFX's thread, and shows an error as a notice.
    public <T> JobHandle<T> run(JobHandle<T> handle, Consumer<? super T> done) {
        return run(handle, done, notices::error);
    }

    /// The same, with a place of the caller's own for errors (an [ErrorBanner], as a rule).
    public <T> JobHandle<T> run(JobHandle<T> handle, Consumer<? super T> done, Consumer<? super Throwable> failed) {
        track(handle);
        Fx.deliver(handle.result(), done, failed);
        return handle;
    }
}
