package org.diptych.app.runs;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.diptych.app.fx.Fx;
import org.diptych.app.pairs.PairsModel;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.MoreDialog;
import org.diptych.app.shell.Navigator;
import org.diptych.app.shell.UndoStack;
import org.diptych.engine.api.CommandLine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;

/// Reads the runs' files beside the window's thread, and does what is done to a run.
final class RunsController {
    private static final String TICKED = "ticked";

    private final AppContext context;
    private final RunsModel model;
    private boolean reading;
    private boolean again;
    private boolean begun;
    private int asked;
    private int opening;

    RunsController(AppContext context, RunsModel model) {
        this.context = context;
        this.model = model;
    }

    /// Reads the list anew; a second wish while one is being read is granted once, afterwards.
    void refresh() {
        if (reading) {
            again = true;
            return;
        }
        reading = true;
        Fx.deliver(CompletableFuture.supplyAsync(() -> context.engine().runs().list()), runs -> {
            reading = false;
            if (again) { // what was read may be older than what was done since
                again = false;
                refresh();
            } else {
                take(runs);
            }
        }, error -> {
            reading = false;
            context.notices().error(error);
        });
    }

    private void take(List<RunSummary> runs) {
        model.set(runs);
        if (!begun && !runs.isEmpty()) {
            begun = true;
            remembered(runs);
            model.ticked.subscribe((old, now) -> context.settings().update(v -> v.withChoices(Map.of(TICKED,
                    now.entrySet().stream().map(e -> e.getValue() + " " + e.getKey())
                            .collect(Collectors.joining("\n"))))));
        }
    }

    /// Ticks the runs that were ticked when the program was last used; the newest where none of them is left.
    private void remembered(List<RunSummary> runs) {
        Optional<String> before = Optional.ofNullable(context.settings().get().choices().get(TICKED));
        Set<String> there = runs.stream().map(RunSummary::id).collect(Collectors.toSet());
        Map<String, Integer> ticked = new LinkedHashMap<>();
        before.stream().flatMap(String::lines).map(line -> line.split(" ", 2))
                .filter(part -> part.length == 2 && part[0].matches("\\d{1,4}") && there.contains(part[1]))
                .forEach(part -> ticked.put(part[1], Integer.valueOf(part[0])));
        if (ticked.isEmpty() && before.filter(String::isEmpty).isEmpty()) {
            model.tick(runs.getFirst().id(), true);
        } else {
            model.ticked.set(ticked);
        }
    }

    /// Reads the logs of the ticked runs. A log of a run that is going on grows by itself.
    ///
    /// @param done gets them unless others were asked for meanwhile
    void logs(Consumer<Map<RunSummary, RunLog>> done) {
        int mine = ++asked;
        List<RunSummary> chosen = model.chosen();
        Fx.deliver(CompletableFuture.supplyAsync(() -> read(chosen)), logs -> {
            if (mine == asked) {
                done.accept(logs);
            }
        }, context.notices()::error);
    }

    private Map<RunSummary, RunLog> read(List<RunSummary> runs) {
        Map<RunSummary, RunLog> out = new LinkedHashMap<>();
        for (RunSummary run : runs) {
            try {
                out.put(run, context.engine().runs().log(run.id()));
            } catch (EngineException e) {
                throw new CompletionException(e);
            }
        }
        return out;
    }

    void openFolder(RunSummary run) {
        context.folders().accept(run.folder());
    }

    void load(RunSummary run) {
        run.kept().ifPresent(kept -> context.jobs().run(context.engine().load(new LoadRequest(kept.toString())), m -> {
            context.models().add(m);
            context.notices().info("runs.loaded", m.title());
        }));
    }

    private static Path plan(RunSummary run) {
        return run.folder().resolve("plan.json");
    }

    /// Sets the form that teaches to the run's plan.
    void usePlan(RunSummary run) {
        context.navigator().open(Navigator.TEACH, plan(run));
    }

    void goOn(RunSummary run) {
        context.navigator().goOn(run.id(), OptionalInt.empty());
    }

    /// Asks how far a branch is to go.
    void branch(RunSummary run) {
        new MoreDialog(context, run.header().plan().steps()).showAndWait()
                .ifPresent(more -> context.navigator().goOn(run.id(), OptionalInt.of(more)));
    }

    /// @return why a run cannot be gone on with, or branched; nothing when it can
    Optional<Message> no(RunSummary run, boolean branch) {
        return branch ? context.engine().runs().noBranch(run.id()) : context.engine().runs().noResume(run.id());
    }

    /// Looks at the pairs of a step; a run that is not in memory is opened first.
    void pairs(RunSummary run, int step, PairsModel pairs) {
        if (pairs.run.get().filter(r -> r.log().header().id().equals(run.id())).isPresent()) {
            pairs.pick(step);
            return;
        }
        pairs.close();
        int mine = ++opening;
        context.jobs().run(context.engine().pairs(run.id()), opened -> {
            if (mine == opening) {
                pairs.run.set(Optional.of(opened));
                pairs.pick(step);
            } else {
                opened.leave();
            }
        }, error -> context.notices().error(error));
    }

    static String command(RunSummary run) {
        return "diptych train --plan " + CommandLine.quote(plan(run).toString()) + " --out run";
    }

    void delete(RunSummary run) {
        try {
            context.engine().runs().delete(run.id());
            model.runs.remove(run);
            UndoStack.Step step = context.undo().push("runs.delete", () -> undelete(run));
            context.notices().undoable("runs.deleted", () -> context.undo().undo(step), run.id());
            refresh();
        } catch (EngineException e) {
            context.notices().error(e);
        }
    }

    private void undelete(RunSummary run) {
        try {
            context.engine().runs().undelete(run.id());
            refresh();
        } catch (EngineException e) {
            context.notices().error(e);
        }
    }
}
