package org.diptych.app.finetune;

import javafx.scene.control.Button;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.PlanMemory;

/// Asks before a run begins for which there is too little memory, and says what there is enough for.
final class FitDialog extends Dialog<Boolean> {
    private static final double WIDTH = 440;

    FitDialog(AppContext context, PlanMemory need) {
        I18n i18n = context.i18n();
        initOwner(context.window().get());
        setTitle(i18n.get("finetune.fit.title"));
        ButtonType anyway = new ButtonType(i18n.get("finetune.fit.anyway"), ButtonBar.ButtonData.OTHER);
        ButtonType back = new ButtonType(i18n.get("finetune.fit.back"), ButtonBar.ButtonData.CANCEL_CLOSE);
        getDialogPane().getButtonTypes().setAll(anyway, back);
        ((Button) getDialogPane().lookupButton(anyway)).setDefaultButton(false);
        ((Button) getDialogPane().lookupButton(back)).setDefaultButton(true);
        Label what = Ui.wrapped(new Label(
                i18n.get("finetune.memory", Bytes.size(need.total()), Bytes.size(need.free()))));
        Label fits = Ui.wrapped(new Label(MemoryPane.say(i18n, need)));
        fits.setId("fit-says");
        VBox all = new VBox(8, what, fits,
                Ui.styled(Ui.wrapped(i18n.label("finetune.fit.why")), "muted", "small"));
        all.setPrefWidth(WIDTH);
        getDialogPane().setContent(all);
        setResultConverter(button -> button == anyway);
    }
}
