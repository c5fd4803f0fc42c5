package org.diptych.app.shell;

import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Texts;

/// An error at the place where it matters: what, why, what to do, and one button. It takes no room while there is none.
public final class ErrorBanner extends HBox {
    private final I18n i18n;
    private final ObjectProperty<Optional<Fault>> fault = new SimpleObjectProperty<>(this, "fault", Optional.empty());
    private final Button button = new Button();

    public ErrorBanner(I18n i18n) {
        super(12);
        this.i18n = i18n;
        getStyleClass().add("error-banner");
        Label what = line(Fault::what);
        Label why = line(Fault::why);
        Label todo = line(Fault::todo);
        what.getStyleClass().add("strong");
        VBox texts = Ui.column(4, what, why, todo);
        HBox.setHgrow(texts, Priority.ALWAYS);
        getChildren().addAll(Ui.icon("mdi2a-alert-circle-outline"), texts, button,
                Ui.iconButton(i18n, "mdi2c-close", "shell.close", this::hide));
        Ui.show(this, false);
        fault.subscribe(f -> Ui.show(this, f.isPresent()));
    }

    private interface Line {
        String of(Fault fault, Texts texts);
    }

    private Label line(Line part) {
        Label label = Ui.wrapped(new Label());
        label.textProperty()
                .bind(i18n.compute(() -> fault.get().map(f -> part.of(f, i18n.texts())).orElse(""), fault));
        return label;
    }

    /// Shows an error without a button.
    public void show(Throwable error) {
        Ui.show(button, false);
        fault.set(Optional.of(new Fault(error)));
    }

    /// Shows an error with the one thing to do about it.
    ///
    /// @param key the button's text
    public void show(Throwable error, String key, Runnable action) {
        i18n.label(button, key).setOnAction(e -> action.run());
        button.setMinWidth(USE_PREF_SIZE);
        Ui.show(button, true);
        fault.set(Optional.of(new Fault(error)));
    }

    public void hide() {
        fault.set(Optional.empty());
    }

    public boolean isShown() {
        return fault.get().isPresent();
    }
}
