package org.diptych.app.contrast;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.scene.Node;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;
import org.diptych.engine.api.PairScore;

/// Contrast.
public final class ContrastFeature implements Feature {
    private static final int FIRST = 8;

    private final AppContext context;
    private Optional<ContrastView> view = Optional.empty();

    public ContrastFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.CONTRAST;
    }

    @Override
    public String icon() {
        return "mdi2g-grid";
    }

    @Override
    public String titleKey() {
        return "contrast.title";
    }

    @Override
    public Node view() {
        return made();
    }

    private ContrastView made() {
        if (view.isEmpty()) {
            view = Optional.of(new ContrastView(context));
            view.get().controller().toybox(FIRST);
        }
        return view.get();
    }

    @Override
    public boolean open(List<Path> files) {
        Dropped dropped = Dropped.of(files);
        if (!dropped.isEmpty()) {
            made().controller().add(dropped.pictures(), dropped.texts());
        }
        return !dropped.isEmpty();
    }

    @Override
    public List<Command> commands() {
        return List.of(command("contrast.command.pairs", "mdi2g-grid", v -> v.controller().toybox(FIRST)),
                command("contrast.command.pictures", "mdi2i-image-plus", ContrastView::choose),
                command("contrast.command.sentences", "mdi2t-text", ContrastView::write),
                command("contrast.command.clear", "mdi2e-eraser", v -> v.controller().clear()),
                command("contrast.command.similarity", "mdi2c-call-split",
                        v -> v.controller().choose(PairScore.SIMILARITY)),
                command("contrast.command.match", "mdi2c-call-merge",
                        v -> v.controller().choose(PairScore.MATCH)),
                command("contrast.command.csv", "mdi2f-file-delimited-outline", v -> v.save(ContrastView.TABLE)),
                command("contrast.command.png", "mdi2i-image-move", v -> v.save(ContrastView.PICTURE)));
    }

    private Command command(String titleKey, String icon, Consumer<ContrastView> action) {
        return Command.of(titleKey, icon, () -> {
            context.navigator().show(id());
            action.accept(made());
        });
    }
}
