package org.diptych.app.finetune;

import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.DialogFrame;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.PlanMemory;

/// Asks before a run begins for which there is too little memory, and says what there is enough for.
final class FitDialog extends Dialog<Boolean> {
    private static final double WIDTH = 440;

    FitDialog(AppContext context, PlanMemory need) {
        I18n i18n = context.i18n();
        DialogFrame frame = new DialogFrame(context, this, "finetune.fit.title", "finetune.fit.anyway",
                "finetune.fit.back");
        frame.usual(false);
        Label what = Ui.wrapped(i18n.label("finetune.memory", Bytes.size(need.total()), Bytes.size(need.free())));
        Label fits = Ui.wrapped(new Label(MemoryPane.say(i18n, need)));
        fits.setId("fit-says");
        frame.fill(WIDTH, what, fits, Ui.styled(Ui.wrapped(i18n.label("finetune.fit.why")), "muted", "small"));
        setResultConverter(frame::acts);
    }
}
