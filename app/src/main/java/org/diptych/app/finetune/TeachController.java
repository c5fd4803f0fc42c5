package org.diptych.app.finetune;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.diptych.app.fx.Fx;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Navigator;
import org.diptych.app.shell.PlanCopies;
import org.diptych.engine.api.CommandLine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.LoadedModel.Provenance;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Terms;
import org.diptych.engine.api.TrainingControl;

/// Starts a run and passes on what a person does to it.
final class TeachController {
    private static final String RUN = "run:";
    private static final String FRESH = "fresh:";
    /// Peak rates to begin with: random weights stand much larger steps than learnt ones.
    private static final double FRESH_RATE = 1e-3;
    private static final double LEARNT_RATE = 1e-4;

    private final AppContext context;
    private final TeachModel model;
    private final Consumer<Throwable> failed;
    private Optional<Runnable> waiting = Optional.empty();
    private int releasing;
    private final SetFit fit;

    TeachController(AppContext context, TeachModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.failed = failed;
        fit = new SetFit(context, model, this::offered);
        model.start.subscribe((old, now) -> {
            boolean other = old.isEmpty() || now.isEmpty() || !old.get().same(now.get());
            if (other) {
                model.base.set(Optional.empty());
                now.ifPresent(this::begin);
            }
            if (other && !model.live()) {
                now.ifPresent(s -> model.rate.set(usualRate(s)));
            }
        });
    }

    private static double usualRate(Start from) {
        return from.fresh() ? FRESH_RATE : LEARNT_RATE;
    }

    /// Takes back what a plan filled the form with.
    void usual() {
        model.start.get().ifPresent(from -> {
            try {
                model.usual(context.engine().plan(from.card().id()), from);
                model.rate.set(usualRate(from));
                usualObjectives();
            } catch (EngineException e) {
                failed.accept(e);
            }
        });
    }

    private void begin(Start from) {
        try {
            model.begin(context.engine().plan(from.card().id()), from);
        } catch (EngineException e) {
            model.given.set(false); // the start will tell
        }
        usualObjectives();
    }

    /// @return what a run can begin from, and what is loaded but cannot be taught, with the reason
    List<Start> starts() {
        List<Start> out = new ArrayList<>();
        List<ModelCard> cards = new ArrayList<>(context.engine().catalog());
        // what ships is known to learn, so it comes first, and before all what a visit begins with
        cards.sort(Comparator
                .<ModelCard, Boolean>comparing(c -> !context.engine().first().equals(Optional.of(c.id())))
                .thenComparing(c -> !context.engine().bundled(c.id())));
        for (ModelCard card : cards) {
            if (context.engine().implemented(card.id()) && context.engine().teaches(card.id())) {
                // the committed plan made the weights that ship, so that both have the same layers
                List<String> layers = context.loaded().stream().filter(m -> m.handle().equals(card.id())).findFirst()
                        .map(LoadedModel::layers).orElse(List.of());
                out.add(new Start(card, Optional.empty(), layers, Optional.empty()));
            }
        }
        context.loaded()
                .forEach(m -> out.add(new Start(m.card(), Optional.of(m), m.layers(), why(m))));
        return out;
    }

    /// @return what the chosen model offers; nothing while none is chosen or its plan cannot be read, which the start will tell
    List<Task> offered() {
        Optional<Start> from = model.start.get();
        if (from.isEmpty()) {
            return List.of();
        }
        Optional<LoadedModel> loaded = from.get().model();
        if (loaded.isPresent()) {
            return loaded.get().tasks();
        }
        try {
            return model.base.get().isPresent() ? context.engine().tasks(model.base.get().get()) : List.of();
        } catch (EngineException e) {
            return List.of();
        }
    }

    /// Takes the objectives of the family's plan, as far as the chosen model offers them.
    private void usualObjectives() {
        List<Task> offered = offered();
        Set<String> usual = model.base.get().map(b -> b.objectives().keySet()).orElse(Set.of());
        List<Task> both = offered.stream().filter(t -> usual.contains(t.plan())).toList();
        model.objectives.set(both.isEmpty() ? offered.stream().limit(1).toList() : both);
        fit.begin();
    }

    /// @return what of the chosen set the chosen model can learn from
    SetFit fit() {
        return fit;
    }

    /// @return true when the plan of the chosen start has several stages
    boolean hasCourse() {
        return (model.given.get() || model.start.get().filter(Start::fresh).isPresent())
                && model.base.get().filter(b -> !b.stages().isEmpty()).isPresent();
    }

    private Optional<String> why(LoadedModel model) {
        if (model.handle().startsWith(RUN)) {
            return Optional.of("finetune.why.run");
        }
        if (model.provenance() == Provenance.RANDOM) {
            return Optional.of("finetune.why.random");
        }
        return !model.tasks().isEmpty() && context.engine().teaches(model.card().id())
                ? Optional.empty()
                : Optional.of("finetune.why.objective");
    }

    /// @throws EngineException when there is nothing to begin from, or the family's plan cannot be read
    FineTunePlan plan() throws EngineException {
        Start from = model.start.get().orElseThrow(() -> new EngineException("finetune.nothing"));
        String name = context.i18n().get(from.fresh() ? "finetune.name.fresh" : "finetune.name.from",
                from.card().title());
        Optional<FineTunePlan> base = model.base.get();
        return model.plan(base.isPresent() ? base.get() : context.engine().plan(from.card().id()), from, name);
    }

    /// Sets the form to a plan. A checkpoint that it begins from and that is not open yet is opened first, since only then it is known what can be taught.
    ///
    /// @param then called when the form holds the plan
    void fill(FineTunePlan plan, Runnable then) {
        Optional<Start> known = starts().stream().filter(s -> begins(plan, s)).findFirst();
        if (known.isPresent()) {
            fill(plan, known.get(), then);
        } else if (plan.model().startsWith(FRESH)) {
            failed.accept(new EngineException("train.family", plan.model().substring(FRESH.length())));
        } else {
            context.jobs().run(context.engine().load(new LoadRequest(plan.model())), loaded -> {
                context.models().add(loaded);
                fill(plan, new Start(loaded.card(), Optional.of(loaded), loaded.layers(), why(loaded)), then);
            }, failed);
        }
    }

    private void fill(FineTunePlan plan, Start from, Runnable then) {
        if (from.why().isPresent()) {
            failed.accept(new EngineException("finetune.cannot", plan.model(), context.i18n().get(from.why().get())));
            return;
        }
        model.fill(plan, from);
        then.run();
    }

    private static boolean begins(FineTunePlan plan, Start from) {
        return from.model().map(m -> m.handle().equals(plan.model()) || m.origin().equals(plan.model()))
                .orElse(plan.model().equals(FRESH + from.card().id()));
    }

    void start() {
        try {
            start(plan());
        } catch (EngineException e) {
            failed.accept(e);
        }
    }

    void start(FineTunePlan plan) {
        if (model.live() || model.starting.get()) {
            return;
        }
        follow(context.engine().fineTune(plan), control -> {
        });
    }

    /// Tells what a plan would take of memory; one that cannot be carried out is started, so that it is told why.
    void reckon(FineTunePlan plan, Consumer<PlanMemory> known) {
        context.jobs().run(context.engine().memory(plan), known, error -> start(plan));
    }

    /// Shows the run that comes; one that is paused waits beside it, in memory as it is, and any other is freed.
    private void follow(JobHandle<TrainingControl> starting, Consumer<TrainingControl> started) {
        model.starting.set(true);
        context.jobs().run(starting, control -> {
            model.starting.set(false);
            show(control);
            context.models().refresh(context.engine().loaded());
            context.jobs().run(control.job(), summary -> ended(control), error -> {
                ended(control);
                failed.accept(error);
            });
            started.accept(control);
        }, error -> {
            model.starting.set(false);
            failed.accept(error);
        });
    }

    private void show(TrainingControl control) {
        Optional<TrainingControl> former = model.run.get().filter(r -> r != control);
        boolean waits = model.live();
        model.status.set(Optional.of(control.status()));
        model.run.set(Optional.of(control));
        model.agreed.set(Optional.of(model.terms()));
        former.filter(r -> !waits).ifPresent(this::release);
    }

    /// @return true while nothing may be begun; where a run is in the way, that is told
    private boolean busy() {
        if (model.live() && !model.paused()) {
            failed.accept(new EngineException("finetune.busy"));
            return true;
        }
        return model.starting.get();
    }

    private void ended(TrainingControl control) {
        if (model.run.get().filter(r -> r == control).isPresent()) {
            model.status.set(Optional.of(control.status()));
        }
    }

    /// Frees what a run holds in memory; its folder, with the last checkpoint, stays.
    private void release(TrainingControl run) {
        releasing++;
        Consumer<Throwable> over = error -> {
            released();
            failed.accept(error);
        };
        context.jobs().run(run.restore(), folder -> context.jobs().run(context.engine().unload(run.model()), handle -> {
            context.models().remove(handle);
            released();
        }, over), over);
    }

    /// A run that is brought back has the handle of the one that goes, so it waits until that is free.
    private void released() {
        releasing--;
        if (releasing == 0) {
            Optional<Runnable> next = waiting;
            waiting = Optional.empty();
            next.ifPresent(Runnable::run);
        }
    }

    /// Looks, beside the window's thread, for the newest run that a program's end cut off.
    ///
    /// @param found gets it when it has a checkpoint to go on from
    void interrupted(Consumer<RunSummary> found) {
        Fx.deliver(CompletableFuture.supplyAsync(() -> context.engine().runs().list().stream()
                .filter(r -> r.status() == RunSummary.Status.INTERRUPTED)
                .filter(r -> Files.exists(r.folder().resolve("checkpoint.safetensors"))).findFirst()),
                run -> run.ifPresent(found), failed);
    }

    /// Goes on with a run: with one that waits in memory there, else from its last checkpoint. The form shows what it learns by.
    void goOn(String run) {
        Optional<TrainingControl> here = context.engine().runs().control(run)
                .filter(c -> c.status() == RunSummary.Status.PAUSED);
        if (model.run.get().isPresent() && model.run.get().equals(here)) {
            resume();
        } else if (!busy()) {
            if (here.isPresent()) {
                show(here.get());
                fill(here.get());
            } else {
                goOn(run, failed(run));
            }
        }
    }

    private boolean failed(String run) {
        return context.engine().runs().list().stream().filter(r -> r.id().equals(run))
                .anyMatch(r -> r.status() == RunSummary.Status.FAILED);
    }

    /// @param waits what made it fail would make it fail again
    private void goOn(String run, boolean waits) {
        boolean shown = model.run.get().filter(r -> r.log().header().id().equals(run)).isPresent();
        Runnable go = () -> follow(context.engine().resumeRun(run, waits), control -> {
            fill(control);
            if (waits) {
                context.notices().info("finetune.waits");
            }
        });
        if (shown) { // its handle must be free first
            model.run.get().ifPresent(this::release);
            model.run.set(Optional.empty());
            model.status.set(Optional.empty());
            waiting = Optional.of(go);
        } else {
            go.run();
        }
    }

    /// Sets the form to what a run learns by. Its model may have to be opened for that, which may fail; the run goes on all the same.
    private void fill(TrainingControl control) {
        fill(control.log().header().plan(), () -> {
            if (model.run.get().filter(r -> r == control).isPresent()) {
                model.take(control.terms());
                model.agreed.set(Optional.of(model.terms()));
            }
        });
    }

    /// Goes on beyond an ended run's last step, as a branch of it.
    void more(int steps) {
        model.run.get().filter(r -> !model.live()).ifPresent(run -> {
            FineTunePlan plan = run.log().header().plan();
            branch(run.log().header().id(), plan.withSteps(plan.steps() + steps), control -> {
            });
        });
    }

    /// A branch of any run, by its own plan.
    ///
    /// @param more steps beyond those that it has done
    void branch(String run, int more) {
        if (busy()) {
            return;
        }
        context.engine().runs().list().stream().filter(r -> r.id().equals(run)).findFirst()
                .ifPresent(r -> branch(run, r.header().plan().withSteps(r.step() + more), this::fill));
    }

    /// A branch of the shown run by the form's plan, from this moment on. The run itself waits.
    void branch() {
        Optional<TrainingControl> run = model.run.get();
        if (run.isEmpty() || model.starting.get()) {
            return;
        }
        try {
            FineTunePlan plan = plan();
            if (model.live() && !model.paused()) {
                run.get().pause();
                model.status.set(Optional.of(run.get().status()));
            }
            branch(run.get().log().header().id(), plan, control -> context.notices().info("finetune.branched",
                    control.log().header().parent()));
        } catch (EngineException e) {
            failed.accept(e);
        }
    }

    private void branch(String run, FineTunePlan plan, Consumer<TrainingControl> begun) {
        follow(context.engine().branch(run, plan), begun);
    }

    void pauseOrResume() {
        model.run.get().filter(r -> model.live()).ifPresent(run -> {
            if (run.status() == RunSummary.Status.PAUSED) {
                resume();
            } else {
                run.pause();
                model.agreed.set(Optional.of(model.terms()));
                model.status.set(Optional.of(run.status()));
            }
        });
    }

    private void resume() {
        change(TrainingControl::resume);
    }

    /// Goes on for some steps, then waits again.
    void further(int steps) {
        change(run -> run.resume(steps));
    }

    /// @return what of the form the paused run is to learn by from its next step on, and does not yet; nothing when it is all as it was
    Optional<Terms> pending() {
        return model.run.get().filter(r -> model.paused()).flatMap(run -> {
            Terms form = model.terms();
            Terms was = model.agreed.get().orElse(form);
            Terms now = run.terms();
            Terms next = new Terms(now.rate(), form.batch() == was.batch() ? now.batch() : form.batch(),
                    form.objectives().equals(was.objectives()) ? now.objectives() : form.objectives());
            return next.equals(now) ? Optional.empty() : Optional.of(next);
        });
    }

    /// Has the paused run take what was changed in the form, then go on. What cannot be learnt by is told, and it waits on.
    private void change(Consumer<TrainingControl> go) {
        model.run.get().filter(r -> model.paused()).ifPresent(run -> {
            Runnable on = () -> {
                go.accept(run);
                model.status.set(Optional.of(run.status()));
            };
            pending().ifPresentOrElse(next -> context.jobs().run(run.change(next), from -> {
                model.agreed.set(Optional.of(model.terms()));
                on.run();
            }, failed), on);
        });
    }

    void stop() {
        model.run.get().filter(r -> model.live()).ifPresent(TrainingControl::stop);
    }

    void setRate(double rate) {
        model.run.get().filter(r -> model.live()).ifPresent(run -> run.setRate(rate));
    }

    /// @return where the run's weights are kept unless the person says otherwise
    Optional<Path> keepFolder() {
        return model.run.get()
                .map(run -> context.engine().runs().folder().resolveSibling("kept").resolve(run.log().header().id()));
    }

    void keep(Path folder) {
        model.run.get().ifPresent(
                run -> context.jobs().run(run.keep(folder), kept -> context.notices().info("finetune.kept", kept)));
    }

    /// Drops what was learnt. The run's last checkpoint can bring it back.
    void restore() {
        model.run.get().filter(r -> !model.live()).ifPresent(run -> {
            String id = run.log().header().id();
            release(run);
            model.run.set(Optional.empty());
            model.status.set(Optional.empty());
            var step = context.undo().push("finetune.restore", () -> bringBack(id));
            context.notices().undoable("finetune.restored", () -> context.undo().undo(step));
        });
    }

    /// The weights of a run's last checkpoint, as they stood when it ended; a run that was not at its end waits there.
    private void bringBack(String id) {
        Runnable back = () -> follow(context.engine().resumeRun(id), control -> {
            RunLog log = control.log();
            boolean ended = log.size() > 0
                    && log.since(log.size() - 1).getFirst().step() >= log.header().plan().steps();
            if (!ended) {
                control.pause();
            }
        });
        if (releasing > 0) {
            waiting = Optional.of(back);
        } else {
            back.run();
        }
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

    /// Takes a set that was read before, in any of the forms.
    void learn(Path set) {
        model.folder.set(Optional.of(set));
    }

    /// Takes a file or folder of one's own, in any form that pairs are read in, or says what it lacks.
    void learnFrom(Path set) {
        model.reading.set(true);
        context.jobs().run(context.engine().sets().describe(set), report -> {
            model.reading.set(false);
            if (report.teaches()) {
                model.set.set(Optional.of(report));
                learn(set);
            } else {
                failed.accept(new EngineException("data.few", set, report.pairs(), report.skipped()));
            }
        }, error -> {
            model.reading.set(false);
            failed.accept(error);
        });
    }

    /// @return a file of its own that holds the form's plan, now and later
    Path copy() throws EngineException {
        return PlanCopies.write(context, plan());
    }

    /// @return the command that carries out the plan of that file
    static String command(Path plan) {
        return "diptych train --plan " + CommandLine.quote(plan.toString()) + " --out run";
    }
}
