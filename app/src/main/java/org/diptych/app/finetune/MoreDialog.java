package org.diptych.app.finetune;

import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.Dialog;
import javafx.scene.control.Spinner;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;

/// How many steps a branch of a run takes beyond it.
final class MoreDialog extends Dialog<Integer> {
    private static final int MOST = 1_000_000;

    /// @param steps of the run so far
    MoreDialog(AppContext context, int steps) {
        I18n i18n = context.i18n();
        initOwner(context.window().get());
        setTitle(i18n.get("finetune.more.title"));
        ButtonType go = new ButtonType(i18n.get("finetune.more.do"), ButtonBar.ButtonData.OK_DONE);
        getDialogPane().getButtonTypes().setAll(go,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        Spinner<Integer> more = new Spinner<>(1, MOST, Math.max(1, steps / 2), Math.max(1, steps / 10));
        more.setId("more-steps");
        more.setEditable(true);
        getDialogPane().setContent(new VBox(8, i18n.label("finetune.more.how"), more,
                Ui.styled(Ui.wrapped(i18n.label("finetune.more.note")), "muted", "small")));
        setResultConverter(button -> button == go ? more.getValue() : null);
    }
}
