package org.diptych.app.catalog;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.scene.Node;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssembleResult;

/// From the dialog to a folder, and to the model in it. The work goes on in the status bar while the window is used.
final class Assembling {
    private final AppContext context;
    private final I18n i18n;
    private final ErrorBanner banner;
    private final Consumer<Optional<Node>> told;
    private final Consumer<Path> open;
    private Optional<AssembleRequest> failed = Optional.empty();

    /// @param told gets what is said of the new folder, or nothing to take that away
    /// @param open opens a checkpoint
    Assembling(AppContext context, ErrorBanner banner, Consumer<Optional<Node>> told, Consumer<Path> open) {
        this.context = context;
        this.banner = banner;
        this.told = told;
        this.open = open;
        i18n = context.i18n();
    }

    void ask() {
        banner.hide();
        new AssembleDialog(context, failed).showAndWait().ifPresent(request -> {
            failed = Optional.empty();
            context.jobs().run(context.engine().assemble(request), this::made, error -> {
                failed = Optional.of(request);
                banner.show(error, "catalog.assemble.again", this::ask);
            });
        });
    }

    private void made(AssembleResult result) {
        context.notices().info("catalog.assembled", result.out());
        Runnable close = () -> told.accept(Optional.empty());
        VBox pane = new VBox(8, Ui.row(12, Ui.styled(i18n.label("catalog.assembled.title"), "heading"), Ui.spring(),
                Ui.primary(i18n, "catalog.assembled.open", () -> {
                    close.run();
                    open.accept(result.out());
                }), Ui.iconButton(i18n, "mdi2c-close", "shell.close", close)),
                Ui.wrapped(i18n.label("catalog.assembled.says", result.out(), result.parameters() / 1e6)));
        pane.getStyleClass().addAll("panel", "report");
        pane.setId("assembled");
        told.accept(Optional.of(pane));
    }
}
