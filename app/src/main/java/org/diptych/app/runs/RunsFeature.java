package org.diptych.app.runs;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.scene.Node;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;

/// Runs, and experiments.
public final class RunsFeature implements Feature {
    private final AppContext context;
    private Optional<RunsPages> view = Optional.empty();

    public RunsFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.RUNS;
    }

    @Override
    public String icon() {
        return "mdi2c-chart-line";
    }

    @Override
    public String titleKey() {
        return "runs.title";
    }

    @Override
    public Node view() {
        if (view.isEmpty()) {
            view = Optional.of(new RunsPages(context));
        }
        return view.get();
    }

    @Override
    public List<Command> commands() {
        return List.of(command("runs.command.tick", "mdi2c-chart-line", v -> v.runs().tick()),
                command("runs.command.goon", "mdi2p-play", v -> v.runs().goOn()),
                command("runs.command.branch", "mdi2s-source-branch", v -> v.runs().branch()),
                command("runs.command.open", "mdi2f-folder-open-outline", v -> v.runs().openFolder()),
                command("runs.command.load", "mdi2u-upload", v -> v.runs().load()),
                command("runs.command.plan", "mdi2c-code-json", v -> v.runs().usePlan()),
                command("runs.command.delete", "mdi2d-delete-outline", v -> v.runs().delete()),
                command("experiments.command.show", "mdi2f-flask-outline", RunsPages::experiments),
                command("experiments.command.run", "mdi2p-play", v -> v.experiments().run()),
                command("experiments.command.cancel", "mdi2s-stop", v -> v.experiments().cancel()));
    }

    private Command command(String titleKey, String icon, Consumer<RunsPages> action) {
        return Command.of(titleKey, icon, () -> {
            context.navigator().show(id());
            view.ifPresent(action);
        });
    }

    @Override
    public void onShow() {
        view.ifPresent(v -> v.shown(true));
    }

    @Override
    public void onHide() {
        view.ifPresent(v -> v.shown(false));
    }
}
