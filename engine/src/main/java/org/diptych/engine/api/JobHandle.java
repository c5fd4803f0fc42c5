package org.diptych.engine.api;

import java.util.concurrent.CompletionStage;

/// A piece of work that the engine has accepted. Every `Engine` method that takes time returns one at once.
///
/// @param <T> what the work yields, plain Java
public interface JobHandle<T> {
    /// Where a job stands. `FAILED` carries its reason in [#result()].
    enum State {
        WAITING, RUNNING, DONE, FAILED, CANCELLED
    }

    long id();

    Message title();

    State state();

    /// @return the newest progress; safe to poll from any thread
    Progress progress();

    /// Asks the work to stop at its next safe point; [#result()] then ends with a `CancellationException`.
    void cancel();

    /// @return completes on an engine thread with the value, an [EngineException] or a `CancellationException`
    CompletionStage<T> result();
}
