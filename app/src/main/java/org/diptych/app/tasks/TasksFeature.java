package org.diptych.app.tasks;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.scene.Node;
import org.diptych.app.canvas.Input;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;

/// Tasks.
public final class TasksFeature implements Feature {
    private final AppContext context;
    private Optional<TasksView> view = Optional.empty();

    public TasksFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.TASKS;
    }

    @Override
    public String icon() {
        return "mdi2c-card-search-outline";
    }

    @Override
    public String titleKey() {
        return "tasks.title";
    }

    @Override
    public Node view() {
        return made();
    }

    private TasksView made() {
        if (view.isEmpty()) {
            view = Optional.of(new TasksView(context));
            view.get().controller().begin();
        }
        return view.get();
    }

    @Override
    public boolean open(List<Path> files) {
        Optional<Path> picture = files.stream().filter(Input::picture).findFirst();
        picture.ifPresent(file -> made().controller().open(file));
        return picture.isPresent();
    }

    @Override
    public List<Command> commands() {
        return List.of(command("tasks.command.again", "mdi2d-dice-multiple-outline", v -> v.controller().drawAgain()),
                command("tasks.command.scene", "mdi2s-shuffle-variant", v -> v.controller().anotherScene()),
                command("tasks.command.open", "mdi2i-image-plus", TasksView::choose),
                command("tasks.command.copy", "mdi2c-console", TasksView::copyCommand));
    }

    private Command command(String titleKey, String icon, Consumer<TasksView> action) {
        return Command.of(titleKey, icon, () -> {
            context.navigator().show(id());
            action.accept(made());
        });
    }
}
