package org.diptych.engine.work;

import ai.djl.ndarray.NDManager;
import java.util.concurrent.CancellationException;
import org.diptych.engine.api.Message;

/// What a running piece of work may use.
public interface JobContext {
    /// @return the call scope: closed when this piece of work returns, with everything in it
    NDManager scope();

    /// @param total 0 when unknown
    void progress(Message phase, long done, long total);

    /// Says that nothing was done since the last report of progress: a person had the work wait.
    default void rested() {
        // for who shows no time left
    }

    /// @throws CancellationException when the job was cancelled; call it between units of work
    void checkCancelled();
}
