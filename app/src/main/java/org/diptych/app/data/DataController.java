package org.diptych.app.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.diptych.app.fx.Fx;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataSet;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;

/// Reads sets, changes them in memory, and writes new sets.
final class DataController {
    private final AppContext context;
    private final DataModel model;
    private final Consumer<Throwable> failed;
    private Optional<JobHandle<DataSet>> reading = Optional.empty();

    /// @param failed gets what keeps a set from being read or saved
    DataController(AppContext context, DataModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.failed = failed;
    }

    /// Opens a set, a file or a folder, in the place of the one that is open; an undo brings that back where it was changed.
    void open(Path source) {
        open(context.engine().sets().read(source));
    }

    /// Toybox scenes in the place of the set that is open.
    void draw(ToyboxDialog.Choice scenes) {
        open(context.engine().sets().toybox(scenes.request(), scenes.language()));
    }

    private void open(JobHandle<DataSet> job) {
        reading.ifPresent(JobHandle::cancel);
        model.reading.set(true);
        reading = Optional.of(job);
        context.jobs().track(job);
        job.result().thenApplyAsync(Sheet::new).whenCompleteAsync((sheet, error) -> {
            if (reading.filter(r -> r == job).isEmpty()) {
                return; // another one was opened since
            }
            reading = Optional.empty();
            model.reading.set(false);
            if (error == null) {
                show(sheet);
            } else if (!(Fx.cause(error) instanceof CancellationException)) {
                failed.accept(Fx.cause(error));
            }
        }, Fx.EXECUTOR);
    }

    private void show(Sheet sheet) {
        Optional<Sheet> before = model.sheet.get();
        model.sheet.set(Optional.of(sheet));
        before.filter(b -> b.now().changed())
                .ifPresent(b -> context.undo().push("sets.opened", () -> model.sheet.set(Optional.of(b)),
                        () -> model.sheet.set(Optional.of(sheet))));
    }

    /// Changes what a row says; the set's file stays as it is.
    ///
    /// @param said the row with other texts
    void edit(int number, DataRow said) {
        Sheet sheet = model.sheet.get().orElseThrow();
        DataRow before = sheet.now().row(number);
        if (!said.equals(before)) {
            sheet.say(number, said);
            context.undo().push("sets.edit", () -> say(sheet, number, before), () -> say(sheet, number, said));
        }
    }

    private void say(Sheet sheet, int number, DataRow said) {
        bring(sheet);
        model.selected.set(Optional.empty()); // what is half typed elsewhere is kept first
        sheet.say(number, said);
        model.selected.set(Optional.of(number));
    }

    /// What is taken back may be of a set that is no longer the open one.
    private void bring(Sheet sheet) {
        if (model.sheet.get().filter(s -> s == sheet).isEmpty()) {
            model.sheet.set(Optional.of(sheet));
        }
    }

    /// Draws anew what is kept for validation.
    ///
    /// @param share of the pictures
    void divide(double share, long seed) {
        model.sheet.get().ifPresent(sheet -> Fx.deliver(
                CompletableFuture.supplyAsync(() -> sheet.set().divided(share, seed)), parts -> {
                    Optional<List<DataRow.Part>> before = sheet.now().parts();
                    sheet.divide(Optional.of(parts));
                    context.undo().push("sets.divided", () -> divide(sheet, before),
                            () -> divide(sheet, Optional.of(parts)));
                }, failed));
    }

    private void divide(Sheet sheet, Optional<List<DataRow.Part>> parts) {
        bring(sheet);
        sheet.divide(parts);
    }

    /// Writes the rows as they are now to a new set, and opens that one.
    ///
    /// @param to a folder that is not there yet
    void save(Path to) {
        model.sheet.get()
                .ifPresent(sheet -> context.jobs().run(
                        context.engine().sets().save(to, sheet.set().saying(sheet.now().rows())),
                        folder -> {
                            context.notices().info("sets.saved", folder, sheet.set().rows().size());
                            open(folder);
                        }, failed));
    }

    /// @return why the set cannot be saved as a new one, if so
    Optional<Message> whyNoSave() {
        return why(s -> s.set().rows().isEmpty(), "sets.why.empty");
    }

    /// @return why nothing can be taught with the set, if so
    Optional<Message> whyNoTeach() {
        return why(s -> s.set().drawn().isPresent(), "sets.why.drawn")
                .or(() -> why(s -> s.now().changed(), "sets.why.edits"))
                .or(() -> why(s -> !s.set().teaches(), "sets.why.few"));
    }

    private Optional<Message> why(Predicate<Sheet> which, String key) {
        return model.sheet.get().filter(which).map(s -> Message.of(key));
    }

    /// Goes to where models are taught, with this set as what is learnt from.
    void teach() {
        model.sheet.get().ifPresent(s -> context.navigator().learn(s.source()));
    }
}
