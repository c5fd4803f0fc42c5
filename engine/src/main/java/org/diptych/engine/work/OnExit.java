package org.diptych.engine.work;

/// Runs something when the process is asked to end (Ctrl+C, a terminate signal), before it does.
public final class OnExit implements AutoCloseable {
    private final Thread hook;

    /// @param action runs on a thread of its own; the process waits for it
    public OnExit(Runnable action) {
        hook = new Thread(action, "on-exit");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /// The process may end without it from now on.
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the process is ending already, and the action is what brought us here
        }
    }
}
