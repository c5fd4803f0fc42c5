package org.diptych.app.shell;

import javafx.scene.control.Dialog;
import javafx.scene.control.Spinner;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// How many steps a branch of a run takes beyond it.
public final class MoreDialog extends Dialog<Integer> {
    private static final int MOST = 1_000_000;
    private static final double WIDTH = 440;

    /// @param steps of the run so far
    public MoreDialog(AppContext context, int steps) {
        I18n i18n = context.i18n();
        DialogFrame frame = new DialogFrame(context, this, "finetune.more.title", "finetune.more.do", "shell.cancel");
        Spinner<Integer> more = new Spinner<>(1, MOST, Math.max(1, steps / 2), Math.max(1, steps / 10));
        more.setId("more-steps");
        more.setEditable(true);
        frame.fill(WIDTH, i18n.label("finetune.more.how"), more,
                Ui.styled(Ui.wrapped(i18n.label("finetune.more.note")), "muted", "small"));
        setResultConverter(button -> frame.acts(button) ? more.getValue() : null);
    }
}
