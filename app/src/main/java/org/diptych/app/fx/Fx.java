package org.diptych.app.fx;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import javafx.application.Platform;

/// The gate to JavaFX's thread.
public final class Fx {
    /// Runs things on JavaFX's thread: at once when called there.
    public static final Executor EXECUTOR = Fx::run;

    private Fx() {
    }

    /// Runs `body` on JavaFX's thread: at once when called there, else soon.
    public static void run(Runnable body) {
        if (Platform.isFxApplicationThread()) {
            body.run();
        } else {
            Platform.runLater(body);
        }
    }

    /// Runs `body` on JavaFX's thread after what is going on there now.
    public static void later(Runnable body) {
        Platform.runLater(body);
    }

    /// Brings what a stage yields to JavaFX's thread. A cancelled stage calls neither.
    ///
    /// @param done   gets the value
    /// @param failed gets the cause, without the wrappers of `java.util.concurrent`
    public static <T> void deliver(CompletionStage<T> stage, Consumer<? super T> done,
            Consumer<? super Throwable> failed) {
        stage.whenCompleteAsync((value, error) -> {
            if (error == null) {
                done.accept(value);
            } else {
                Throwable cause = cause(error);
                if (!(cause instanceof CancellationException)) {
                    failed.accept(cause);
                }
            }
        }, EXECUTOR);
    }

    /// @return the first cause that says something
    public static Throwable cause(Throwable error) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
