package org.diptych.app.capfilt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javafx.beans.property.ObjectProperty;
import org.diptych.app.fx.Fx;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.CapFiltResult;
import org.diptych.engine.api.CapFiltRole;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.ToyboxRequest;
import org.diptych.engine.api.TrainingControl;

/// Carries the whole out: pairs are drawn, both parts are taught where they have to be, captions are written and judged. What a stage leaves in the folder is not done again, in the places where
/// `diptych capfilt` looks for it too. JavaFX's thread.
final class Stages {
    /// Doubtful scenes are none that a model has learnt from.
    private static final long NOISY_SCENES = 3L << 40;
    private static final String WORLD = "aligned";
    /// Where `diptych capfilt` keeps a taught model, inside the folder of its run.
    private static final String KEPT = "model";

    /// One stage.
    enum Stage {
        PAIRS, CAPTIONER, FILTER, JUDGING
    }

    /// What goes on now.
    ///
    /// @param all  stages of this work
    /// @param job  the work of this stage
    /// @param stop breaks it off so that it can be gone on with
    record Going(List<Stage> all, Stage stage, JobHandle<?> job, Runnable stop) {
        int number() {
            return all.indexOf(stage) + 1;
        }
    }

    /// What is to be done.
    ///
    /// @param pairs   folder of the doubtful pairs; to be drawn where it is not there
    /// @param toybox  what is drawn
    /// @param request of the last stage, whose two models are not known yet
    /// @param steps   for which a part is taught
    record Order(Optional<ToyboxRequest> toybox, Part captioner, Part filter, int steps, CapFiltRequest request) {
        /// Scenes drawn for a work lie in a folder whose name says all about them.
        static ToyboxRequest scenes(Path out, int count, double noise, int side) {
            String name = "toybox-" + count + "-" + String.format(Locale.ROOT, "%.2f", noise) + "-" + side;
            return new ToyboxRequest(count, NOISY_SCENES, side, WORLD, noise, out.resolve(name));
        }

        private List<Stage> stages() {
            List<Stage> all = new ArrayList<>();
            if (toybox.filter(t -> !Files.exists(t.out().resolve("captions.jsonl"))).isPresent()) {
                all.add(Stage.PAIRS);
            }
            if (toTeach(captioner, CapFiltRole.CAPTIONER)) {
                all.add(Stage.CAPTIONER);
            }
            if (toTeach(filter, CapFiltRole.FILTER)) {
                all.add(Stage.FILTER);
            }
            all.add(Stage.JUDGING);
            return all;
        }

        private boolean toTeach(Part part, CapFiltRole role) {
            return part.kind() == Part.Kind.TAUGHT && !taught(run(role));
        }

        private Path run(CapFiltRole role) {
            return Stages.run(request.out(), role);
        }
    }

    private final AppContext context;
    private final ObjectProperty<Optional<Going>> going;
    private final Consumer<CapFiltResult> done;
    private final Consumer<Throwable> ended;
    private Order order;
    private List<Stage> all = List.of();
    private String captioner = "";

    /// @param going what goes on now, for whoever wants to show it
    /// @param done  gets what became of the texts
    /// @param ended gets what broke it off, which may be a [CancellationException]
    Stages(AppContext context, ObjectProperty<Optional<Going>> going, Consumer<CapFiltResult> done,
            Consumer<Throwable> ended) {
        this.context = context;
        this.going = going;
        this.done = done;
        this.ended = ended;
    }

    /// @return true when a part was being taught in that folder
    static boolean teaches(Path out) {
        return Stream.of(CapFiltRole.values()).anyMatch(role -> begun(run(out, role)));
    }

    private static Path run(Path out, CapFiltRole role) {
        return out.resolve(role.name().toLowerCase(Locale.ROOT));
    }

    private static boolean begun(Path run) {
        return Files.exists(run.resolve("log.jsonl"));
    }

    void begin(Order next) {
        order = next;
        all = order.stages();
        if (all.contains(Stage.PAIRS)) {
            follow(Stage.PAIRS, context.engine().toybox(order.toybox().orElseThrow()), folder -> captioner());
        } else {
            captioner();
        }
    }

    void cancel() {
        going.get().ifPresent(g -> g.stop().run());
    }

    private void captioner() {
        have(order.captioner(), CapFiltRole.CAPTIONER, Stage.CAPTIONER, handle -> {
            captioner = handle;
            have(order.filter(), CapFiltRole.FILTER, Stage.FILTER, this::judge);
        });
    }

    private void judge(String filter) {
        CapFiltRequest r = order.request();
        follow(Stage.JUDGING,
                context.engine().cleaning().clean(new CapFiltRequest(captioner, filter, r.pairs(), r.human(),
                        r.out(), r.topP(), r.least(), r.most(), r.threshold(), r.seed())),
                result -> {
                    going.set(Optional.empty());
                    done.accept(result);
                });
    }

    /// @param then gets the handle of a model that is open
    private void have(Part part, CapFiltRole role, Stage stage, Consumer<String> then) {
        switch (part.kind()) {
            case OPEN -> then.accept(part.id());
            case FILE -> load(stage, part.id(), then);
            case TAUGHT -> {
                Path run = order.run(role);
                if (taught(run)) {
                    load(stage, run.resolve(KEPT).toString(), then);
                } else {
                    teach(part, role, stage, then);
                }
            }
        }
    }

    private static boolean taught(Path run) {
        return Files.exists(run.resolve(KEPT).resolve("model.safetensors"));
    }

    private void load(Stage stage, String origin, Consumer<String> then) {
        Path wanted = Path.of(origin).toAbsolutePath().normalize();
        Optional<LoadedModel> there = context.loaded().stream()
                .filter(m -> Path.of(m.origin()).toAbsolutePath().normalize().equals(wanted)).findFirst();
        if (there.isPresent()) {
            then.accept(there.get().handle());
            return;
        }
        follow(stage, context.engine().load(new LoadRequest(origin)), model -> {
            context.models().refresh(context.engine().loaded());
            then.accept(model.handle());
        });
    }

    private void teach(Part part, CapFiltRole role, Stage stage, Consumer<String> then) {
        Path run = order.run(role);
        JobHandle<TrainingControl> begun;
        if (begun(run)) {
            begun = context.engine().resumeRun(run);
        } else {
            try {
                FineTunePlan plan = context.engine().cleaning().plan(role, part.id(), order.steps(),
                        order.request().human());
                begun = context.engine().fineTune(plan, run);
            } catch (EngineException e) {
                end(e);
                return;
            }
        }
        follow(stage, begun, control -> {
            context.jobs().track(control.job());
            going.set(Optional.of(new Going(all, stage, control.job(), control::stop)));
            deliver(control.job().result(), summary -> keep(control, summary, run, stage, then),
                    cause -> drop(control, () -> end(cause)));
        });
    }

    private void keep(TrainingControl control, RunSummary summary, Path run, Stage stage, Consumer<String> then) {
        if (summary.status() != RunSummary.Status.FINISHED) {
            drop(control, () -> end(new CancellationException()));
            return;
        }
        deliver(control.keep(run.resolve(KEPT)).result(),
                kept -> drop(control, () -> load(stage, kept.toString(), then)));
    }

    /// What was learnt lies in the folder; the run's own copy is not needed any more.
    private void drop(TrainingControl control, Runnable then) {
        deliver(control.restore().result(), origin -> deliver(context.engine().unload(control.model()).result(),
                handle -> {
                    context.models().refresh(context.engine().loaded());
                    then.run();
                }));
    }

    private <T> void follow(Stage stage, JobHandle<T> job, Consumer<T> then) {
        context.jobs().track(job);
        going.set(Optional.of(new Going(all, stage, job, job::cancel)));
        deliver(job.result(), then);
    }

    private <T> void deliver(CompletionStage<T> result, Consumer<T> then) {
        deliver(result, then, this::end);
    }

    private static <T> void deliver(CompletionStage<T> result, Consumer<T> then, Consumer<Throwable> failed) {
        result.whenCompleteAsync((value, error) -> {
            if (error == null) {
                then.accept(value);
            } else {
                failed.accept(Fx.cause(error));
            }
        }, Fx.EXECUTOR);
    }

    private void end(Throwable cause) {
        going.set(Optional.empty());
        ended.accept(cause);
    }
}
