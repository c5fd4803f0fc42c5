package org.diptych.app.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.diptych.app.fx.Fx;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.api.InstructResult;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;

/// From the dialog to conversations, and to the set of them. The work goes on in the status bar while the window is used.
final class Instructing {
    private static final String NAME = "instructions.json";

    private final AppContext context;
    private final DataModel model;
    private final Consumer<Path> open;
    private final Consumer<Throwable> failed;

    /// @param open   reads a set
    /// @param failed gets what ends the work early
    Instructing(AppContext context, DataModel model, Consumer<Path> open, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.open = open;
        this.failed = failed;
    }

    void ask() {
        new InstructDialog(context, model.sheet.get(), model.selected.get()).showAndWait().ifPresent(this::begin);
    }

    private void begin(InstructRequest request) {
        JobHandle<InstructResult> job = context.jobs().run(context.engine().sets().instruct(request), this::made,
                failed);
        job.result().whenCompleteAsync((value, error) -> {
            boolean cancelled = error != null && Fx.cause(error) instanceof CancellationException;
            if (cancelled && Files.exists(request.out().resolve(NAME))) {
                context.notices().info("sets.instruct.cancelled", request.out());
            }
        }, Fx.EXECUTOR);
    }

    private void made(InstructResult result) {
        context.notices().info("sets.instruct.done", result.conversations(), result.file());
        Optional<Message> trouble = result.trouble();
        trouble.ifPresent(t -> context.notices().info("sets.instruct.unusable", result.unusable(), t));
        open.accept(result.file());
    }
}
