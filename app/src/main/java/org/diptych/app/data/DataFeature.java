package org.diptych.app.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.scene.Node;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;

/// Data.
public final class DataFeature implements Feature {
    private static final List<String> TABLES = List.of(".jsonl", ".csv", ".tsv");
    private static final List<String> OTHERS = List.of(".json", ".txt");

    private final AppContext context;
    private Optional<DataView> view = Optional.empty();
    private boolean shown;

    public DataFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.DATA;
    }

    @Override
    public String icon() {
        return "mdi2i-image-multiple-outline";
    }

    @Override
    public String titleKey() {
        return "sets.title";
    }

    @Override
    public Node view() {
        return made();
    }

    private DataView made() {
        if (view.isEmpty()) {
            view = Optional.of(new DataView(context));
        }
        return view.get();
    }

    @Override
    public void onShow() {
        shown = true;
    }

    @Override
    public void onHide() {
        shown = false;
    }

    @Override
    public List<Command> commands() {
        return List.of(command("sets.command.open", "mdi2f-folder-open-outline", DataView::chooseFile),
                command("sets.command.instruct", "mdi2m-message-text-outline", DataView::instruct),
                command("sets.command.toybox", "mdi2t-toy-brick-outline", DataView::chooseToybox),
                command("sets.command.divide", "mdi2c-call-split", DataView::divide),
                command("sets.command.save", "mdi2c-content-save-outline", DataView::save),
                command("sets.command.teach", "mdi2s-school-outline", DataView::teach));
    }

    private Command command(String titleKey, String icon, Consumer<DataView> action) {
        return Command.of(titleKey, icon, () -> {
            context.navigator().show(id());
            action.accept(made());
        });
    }

    /// A set to look through. While this view is in sight it takes any folder or text as one; else only tables, since others read JSON too and take folders.
    @Override
    public boolean open(List<Path> files) {
        if (files.size() != 1) {
            return false;
        }
        Path file = files.getFirst();
        String name = file.toString().toLowerCase(Locale.ROOT);
        boolean mine = Files.isDirectory(file)
                ? shown
                : TABLES.stream().anyMatch(name::endsWith) || shown && OTHERS.stream().anyMatch(name::endsWith);
        if (mine) {
            made().controller().open(file);
        }
        return mine;
    }
}
