package org.diptych.app.moments;

import java.nio.file.Path;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.MomentsRequest;

/// The button that writes a run's moments as an animation or as pictures, or copies the command that does. The status bar shows how far it is, and stops it.
final class MomentExport {
    private static final int MILLIS = 250;

    private final AppContext context;
    private final Rewind rewind;

    MomentExport(AppContext context, Rewind rewind) {
        this.context = context;
        this.rewind = rewind;
    }

    MenuButton button() {
        MenuButton button = new MenuButton(null, Ui.icon("mdi2f-filmstrip"));
        button.getStyleClass().addAll("button-icon", "flat");
        button.setTooltip(context.i18n().tooltip("moments.save"));
        button.accessibleTextProperty().bind(context.i18n().text("moments.save"));
        button.getItems().addAll(Ui.item(context.i18n(), "moments.save.gif", this::animation),
                Ui.item(context.i18n(), "moments.save.png", this::frames),
                Ui.item(context.i18n(), "moments.save.command", this::copy));
        return button;
    }

    private MomentsRequest request(Path out) {
        return new MomentsRequest(rewind.sourceProperty().get().orElseThrow().run(), rewind.pairProperty().get(),
                rewind.wordProperty().get(), MILLIS, context.theme().get() == Theme.DARK,
                context.i18n().locale().getLanguage(), out);
    }

    private String run() {
        return rewind.sourceProperty().get().orElseThrow().run().getFileName().toString();
    }

    private void animation() {
        context.places().file(run(), "gif").ifPresent(this::write);
    }

    private void frames() {
        context.places().folder().ifPresent(folder -> write(folder.resolve(run() + "-moments")));
    }

    private void write(Path out) {
        context.jobs().run(context.engine().writeMoments(request(out)),
                written -> context.notices().info("moments.saved", written));
    }

    private void copy() {
        ClipboardContent content = new ClipboardContent();
        content.putString(request(Path.of("run.gif")).commandLine());
        Clipboard.getSystemClipboard().setContent(content);
        context.notices().info("moments.copied");
    }
}
