package org.diptych.app.inspect;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.scene.Node;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;

/// Look inside.
public final class InspectFeature implements Feature {
    private static final List<String> PICTURES = List.of(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp");

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
        if (view.isEmpty()) {
            view = Optional.of(new InspectView(context));
            view.get().controller().begin();
        }
        return view.get();
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.of("inspect.scene", "mdi2s-shuffle-variant", "Shortcut+N", () -> {
            context.navigator().show(id());
            view.ifPresent(v -> v.controller().anotherScene());
        }));
    }

    @Override
    public boolean open(List<Path> files) {
        Optional<Path> picture = files.stream()
                .filter(f -> PICTURES.stream().anyMatch(f.toString().toLowerCase(Locale.ROOT)::endsWith)).findFirst();
        picture.ifPresent(file -> {
            view();
            view.ifPresent(v -> v.open(file));
        });
        return picture.isPresent();
    }
}
