package org.diptych.app.capfilt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.scene.Node;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;

/// CapFilt.
public final class CapFiltFeature implements Feature {
    private final AppContext context;
    private Optional<CapFiltView> view = Optional.empty();

    public CapFiltFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.CAPFILT;
    }

    @Override
    public String icon() {
        return "mdi2f-filter-outline";
    }

    @Override
    public String titleKey() {
        return "capfilt.title";
    }

    @Override
    public Node view() {
        return made();
    }

    private CapFiltView made() {
        if (view.isEmpty()) {
            view = Optional.of(new CapFiltView(context));
        }
        return view.get();
    }

    @Override
    public void onShow() {
        view.ifPresent(v -> v.shown(true));
    }

    @Override
    public void onHide() {
        view.ifPresent(v -> v.shown(false));
    }

    /// A folder in which captions were cleaned is opened.
    @Override
    public boolean open(List<Path> files) {
        boolean mine = files.size() == 1 && Files.isDirectory(files.getFirst())
                && CapFiltController.holdsWork(files.getFirst());
        if (mine) {
            made().controller().open(files.getFirst());
        }
        return mine;
    }

    @Override
    public List<Command> commands() {
        return List.of(command("capfilt.command.start", "mdi2p-play", v -> v.controller().start()),
                command("capfilt.command.cancel", "mdi2s-stop", v -> v.controller().cancel()),
                command("capfilt.command.open", "mdi2f-folder-open-outline", CapFiltView::chooseOut),
                command("capfilt.command.new", "mdi2f-folder-plus-outline", v -> v.controller().anew()),
                command("capfilt.command.write", "mdi2c-content-save-outline", v -> v.controller().writeAndTell()),
                command("capfilt.command.teach", "mdi2s-school-outline", v -> v.controller().teach()),
                command("capfilt.command.copy", "mdi2c-console", CapFiltView::copyCommand));
    }

    private Command command(String titleKey, String icon, Consumer<CapFiltView> action) {
        return Command.of(titleKey, icon, () -> {
            context.navigator().show(id());
            action.accept(made());
        });
    }
}
