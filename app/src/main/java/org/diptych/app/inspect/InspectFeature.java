package org.diptych.app.inspect;

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

/// Look inside.
public final class InspectFeature implements Feature {
    private final AppContext context;
    private Optional<InspectView> view = Optional.empty();

    public InspectFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.LOOK;
    }

    @Override
    public String icon() {
        return "mdi2e-eye-outline";
    }

    @Override
    public String titleKey() {
        return "inspect.title";
    }

    @Override
    public Node view() {
        return made();
    }

    private InspectView made() {
        if (view.isEmpty()) {
            view = Optional.of(new InspectView(context));
            view.get().controller().begin();
        }
        return view.get();
    }

    @Override
    public void onShow() {
        made().focus();
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of("inspect.scene", "mdi2s-shuffle-variant", "Shortcut+N",
                        on(v -> v.controller().anotherScene())),
                Command.of("inspect.open", "mdi2i-image-plus", "Shortcut+Shift+O", on(InspectView::choosePicture)),
                Command.of("inspect.write", "mdi2t-text", "Shortcut+T", on(InspectView::write)),
                Command.of("inspect.export", "mdi2i-image-move", "Shortcut+S", on(InspectView::export)),
                Command.of("inspect.command", "mdi2c-console", on(InspectView::copyCommand)));
    }

    private Runnable on(Consumer<InspectView> action) {
        return () -> {
            context.navigator().show(id());
            action.accept(made());
        };
    }

    @Override
    public boolean open(List<Path> files) {
        Optional<Path> picture = files.stream().filter(Input::picture).findFirst();
        picture.ifPresent(file -> made().open(file));
        return picture.isPresent();
    }

    /// Writes the two panels as a picture, as its button does after asking where.
    ///
    /// @param file where
    public void save(Path file) {
        made().save(file);
    }
}
