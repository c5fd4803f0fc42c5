package org.diptych.app.shell;

import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// What the window shows until the engine is there, and when it cannot start.
public final class StartPane extends StackPane {
    private final I18n i18n;
    private final ErrorBanner banner;
    private final ProgressBar bar = new ProgressBar();
    private final Label hint;

    public StartPane(I18n i18n) {
        this.i18n = i18n;
        getStyleClass().add("start");
        banner = new ErrorBanner(i18n);
        banner.setMaxWidth(560);
        bar.setPrefWidth(320);
        hint = Ui.styled(Ui.wrapped(i18n.label("shell.start.short")), "muted");
        hint.setMaxWidth(420);
        hint.setAlignment(Pos.CENTER);
        hint.setTextAlignment(javafx.scene.text.TextAlignment.CENTER);
        VBox box = Ui.column(16, Ui.styled(new Label("Diptych"), "wordmark"),
                Ui.styled(i18n.label("shell.start.tagline"), "muted"), bar, hint, banner);
        box.setAlignment(Pos.CENTER);
        box.setMaxWidth(600);
        getChildren().add(box);
    }

    /// The engine did not start.
    public void fail(Throwable error, Runnable retry) {
        Ui.show(bar, false);
        Ui.show(hint, false);
        banner.show(error, "shell.start.retry", retry);
    }

    /// @param unpacks true when the native library must be unpacked first, which takes seconds
    public void begin(boolean unpacks) {
        banner.hide();
        i18n.label(hint, unpacks ? "shell.start.hint" : "shell.start.short");
        Ui.show(bar, true);
        Ui.show(hint, true);
    }
}
