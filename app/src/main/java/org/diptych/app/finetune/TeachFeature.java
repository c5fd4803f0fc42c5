package org.diptych.app.finetune;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import javafx.scene.Node;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;
import org.diptych.engine.Engine;

/// Teach.
public final class TeachFeature implements Feature {
    private final AppContext context;
    private Optional<TeachView> view = Optional.empty();
    private boolean shown;

    public TeachFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.TEACH;
    }

    @Override
    public String icon() {
        return "mdi2s-school-outline";
    }

    @Override
    public String titleKey() {
        return "finetune.title";
    }

    @Override
    public Node view() {
        if (view.isEmpty()) {
            view = Optional.of(new TeachView(context));
        }
        return view.get();
    }

    @Override
    public void onShow() {
        shown = true;
        view.ifPresent(v -> v.shown(true));
    }

    @Override
    public void onHide() {
        shown = false;
        view.ifPresent(v -> v.shown(false));
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("finetune.command.start", "mdi2p-play", "Shortcut+Enter",
                        () -> on(v -> v.actions().start())),
                Command.of("finetune.command.pause", "mdi2p-play-pause", "Shortcut+P",
                        () -> on(v -> v.controller().pauseOrResume())),
                Command.of("finetune.command.stop", "mdi2s-stop", "Shortcut+.", () -> on(v -> v.controller().stop())),
                Command.of("finetune.command.branch", "mdi2s-source-branch", () -> on(v -> v.actions().branch())),
                Command.of("finetune.command.look", "mdi2e-eye-outline", "Shortcut+L",
                        () -> on(v -> v.controller().look())),
                Command.of("finetune.command.sides", "mdi2c-compare", () -> on(v -> v.actions().sides())),
                Command.of("finetune.command.keep", "mdi2c-content-save-outline", () -> on(v -> v.actions().keep())),
                Command.of("finetune.command.restore", "mdi2b-backup-restore",
                        () -> on(v -> v.controller().restore())),
                Command.of("finetune.command.cost", "mdi2c-chart-bar-stacked",
                        () -> on(v -> v.watch().watch(WatchPane.Watch.COST))),
                Command.of("finetune.command.targets", "mdi2b-bullseye-arrow",
                        () -> on(v -> v.watch().watch(WatchPane.Watch.TARGETS))),
                Command.of("batch.command", "mdi2i-image-multiple-outline", () -> on(TeachView::lookAtPairs)),
                Command.of("finetune.command.plan", "mdi2c-code-json", () -> on(v -> v.actions().editPlan())));
    }

    private void on(Consumer<TeachView> action) {
        context.navigator().show(id());
        view.ifPresent(action);
    }

    @Override
    public void goOn(String run, OptionalInt more) {
        view();
        view.ifPresent(v -> v.goOn(run, more));
    }

    @Override
    public void learn(Path set) {
        view();
        view.ifPresent(v -> v.controller().learn(set));
    }

    /// What holds pairs is what is learnt from; a plan fills the form. Single tables are taken only while this view is in sight, since they may be looked through too.
    @Override
    public boolean open(List<Path> files) {
        if (files.size() != 1) {
            return false;
        }
        Path file = files.getFirst();
        boolean json = file.toString().endsWith(".json") && Files.isRegularFile(file);
        boolean pairs = Files.isDirectory(file) ? Engine.mayHoldPairs(file) : !json && shown && Engine.holdsPairs(file);
        if (!json && !pairs) {
            return false;
        }
        view();
        view.ifPresent(v -> {
            if (json) {
                v.actions().openPlan(file);
            } else {
                v.controller().learnFrom(file);
            }
        });
        return true;
    }
}
