package org.diptych.app.finetune;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Navigator;
import org.diptych.engine.api.CommandLine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.TrainingControl;

/// Starts a run and passes on what a person does to it.
final class TeachController {
    private static final String FRESH = "fresh:clip";
    private final AppContext context;
    private final TeachModel model;
    private final Consumer<Throwable> failed;

    TeachController(AppContext context, TeachModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.failed = failed;
    }

    /// @return the chosen model, where it is one that a run can start from
    Optional<LoadedModel> base() {
        return context.model().get()
                .filter(m -> m.provenance() != LoadedModel.Provenance.RANDOM && !m.handle().startsWith("run:"));
    }

    FineTunePlan plan() throws EngineException {
        FineTunePlan committed = context.engine().plan("clip");
        boolean fresh = model.fresh.get() || base().isEmpty();
        String from = fresh
                ? FRESH
                : base().map(m -> m.provenance() == LoadedModel.Provenance.TOYBOX ? m.handle() : m.origin())
                        .orElseThrow();
        List<String> layers = base().map(LoadedModel::layers)
                .orElse(List.of("text_model", "vision_model", "text_projection", "visual_projection", "logit_scale"));
        return model.plan(committed, from, layers);
    }

    void start() {
        try {
            start(plan());
        } catch (EngineException e) {
            failed.accept(e);
        }
    }

    void start(FineTunePlan plan) {
        follow(context.engine().fineTune(plan));
    }

    private void follow(JobHandle<TrainingControl> starting) {
        context.jobs().run(starting, control -> {
            model.status.set(Optional.of(RunSummary.Status.RUNNING));
            model.run.set(Optional.of(control));
            context.models().refresh(context.engine().loaded());
            context.jobs().run(control.job(), summary -> ended(control), error -> {
                ended(control);
                failed.accept(error);
            });
        }, failed);
    }

    private void ended(TrainingControl control) {
        if (model.run.get().filter(r -> r == control).isPresent()) {
            model.status.set(Optional.of(control.status()));
        }
    }

    /// @return the newest run that a program's end cut off, with a checkpoint to go on from
    Optional<RunSummary> interrupted() {
        return context.engine().runs().list().stream().filter(r -> r.status() == RunSummary.Status.INTERRUPTED)
                .findFirst();
    }

    void goOn(RunSummary run) {
        follow(context.engine().resumeRun(run.id()));
    }

    boolean live() {
        return model.status.get().filter(s -> s == RunSummary.Status.RUNNING || s == RunSummary.Status.PAUSED)
                .isPresent();
    }

    void pauseOrResume() {
        model.run.get().ifPresent(run -> {
            if (run.status() == RunSummary.Status.PAUSED) {
                run.resume();
            } else {
                run.pause();
            }
            model.status.set(Optional.of(run.status()));
        });
    }

    void stop() {
        model.run.get().ifPresent(TrainingControl::stop);
    }

    void setRate(double rate) {
        model.run.get().filter(r -> live()).ifPresent(run -> run.setRate(rate));
    }

    void keep(Path folder) {
        model.run.get().ifPresent(
                run -> context.jobs().run(run.keep(folder), kept -> context.notices().info("finetune.kept", kept)));
    }

    void restore() {
        model.run.get().ifPresent(run -> context.jobs().run(run.restore(), folder -> {
            context.jobs().run(context.engine().unload(run.model()), handle -> context.models().remove(handle));
            model.run.set(Optional.empty());
            model.status.set(Optional.empty());
            context.notices().info("finetune.restored");
        }));
    }

    /// Chooses the model as it stands now and goes to look inside it.
    void look() {
        model.run.get().ifPresent(run -> {
            context.models().refresh(context.engine().loaded());
            context.loaded().stream().filter(m -> m.handle().equals(run.model())).findFirst()
                    .ifPresent(m -> context.model().set(Optional.of(m)));
            context.navigator().show(Navigator.LOOK);
        });
    }

    /// Writes the plan to a file and gives the command that carries it out.
    String command() throws EngineException {
        Path file = context.engine().runs().folder().resolveSibling("plan.json");
        SafeFile.write(file, context.engine().planJson(plan()));
        return "diptych train --plan " + CommandLine.quote(file.toString()) + " --out run";
    }
}
