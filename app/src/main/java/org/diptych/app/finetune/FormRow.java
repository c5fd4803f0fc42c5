package org.diptych.app.finetune;

import java.util.Optional;
import java.util.function.Supplier;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// A named setting of the form. What it means is told on hover, and while it cannot be changed, why.
abstract class FormRow extends VBox {
    final I18n i18n;
    final String key;
    private final Supplier<String> bounds;
    private final Tooltip tip = new Tooltip();
    private String locked = "";
    /// A binding lives as long as someone holds it.
    private Optional<ObservableValue<Boolean>> held = Optional.empty();

    /// @param key    of its name; a text under `KEY.why` says what it means
    /// @param bounds said beside that
    FormRow(I18n i18n, String key, Supplier<String> bounds) {
        super(2);
        this.i18n = i18n;
        this.key = key;
        this.bounds = bounds;
        tip.setShowDelay(Duration.millis(300));
        tip.setWrapText(true);
        tip.setMaxWidth(320);
        i18n.textsProperty().subscribe(t -> tell());
        setId(key.replace('.', '-') + "-row");
    }

    Label title() {
        Label title = Ui.styled(i18n.label(key), "muted", "small");
        title.setMinWidth(0);
        return title;
    }

    /// @return what can be changed
    abstract Node control();

    /// @param when it cannot be changed
    /// @param why  key of the reason
    FormRow lock(ObservableValue<Boolean> when, String why) {
        held = Optional.of(when);
        when.subscribe(on -> {
            locked = on ? why : "";
            control().setDisable(on);
            control().setAccessibleHelp(on ? i18n.get(why) : null);
            tell();
        });
        return this;
    }

    /// A control that is greyed out has no tooltip, so the row has it.
    private void tell() {
        String why = i18n.texts().has(key + ".why") ? i18n.get(key + ".why") : "";
        String said = locked.isEmpty() ? (why + " " + bounds.get()).strip() : i18n.get(locked);
        tip.setText(said);
        if (said.isEmpty()) {
            Tooltip.uninstall(this, tip);
        } else {
            Tooltip.install(this, tip);
        }
    }
}
