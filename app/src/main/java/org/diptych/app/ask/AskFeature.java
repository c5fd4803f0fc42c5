package org.diptych.app.ask;

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

/// Ask.
public final class AskFeature implements Feature {
    private final AppContext context;
    private Optional<AskView> view = Optional.empty();

    public AskFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.ASK;
    }

    @Override
    public String icon() {
        return "mdi2c-comment-question-outline";
    }

    @Override
    public String titleKey() {
        return "ask.title";
    }

    @Override
    public Node view() {
        return made();
    }

    private AskView made() {
        if (view.isEmpty()) {
            view = Optional.of(new AskView(context));
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
        return List.of(command("ask.command.write", "mdi2c-comment-question-outline", AskView::write),
                command("ask.command.picture", "mdi2i-image-plus", AskView::choosePicture),
                command("ask.command.scene", "mdi2s-shuffle-variant", v -> v.controller().anotherScene()),
                command("ask.command.copy", "mdi2c-console", AskView::copyCommand),
                command("ask.command.clear", "mdi2e-eraser", v -> v.controller().clear()));
    }

    private Command command(String titleKey, String icon, Consumer<AskView> action) {
        return Command.of(titleKey, icon, () -> {
            context.navigator().show(id());
            action.accept(made());
        });
    }
}
