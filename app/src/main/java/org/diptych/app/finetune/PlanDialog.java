package org.diptych.app.finetune;

import java.util.Optional;
import javafx.event.ActionEvent;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.Dialog;
import javafx.scene.control.TextArea;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;

/// The plan as text, for who wants every setting. A fault is told before anything starts.
final class PlanDialog {
    private PlanDialog() {
    }

    /// @return the plan to start, empty when the person closed the dialog
    static Optional<FineTunePlan> show(AppContext context, FineTunePlan plan) {
        I18n i18n = context.i18n();
        TextArea text = new TextArea(context.engine().planJson(plan));
        text.setPrefSize(640, 460);
        ErrorBanner banner = new ErrorBanner(i18n);
        Dialog<FineTunePlan> dialog = new Dialog<>();
        dialog.initOwner(context.window().get());
        dialog.setTitle(i18n.get("finetune.plan"));
        ButtonType use = new ButtonType(i18n.get("finetune.start"), ButtonBar.ButtonData.OK_DONE);
        dialog.getDialogPane().getButtonTypes().setAll(use,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        dialog.getDialogPane().setContent(new VBox(8, i18n.label("finetune.plan.edit"), banner, text));
        FineTunePlan[] parsed = new FineTunePlan[1];
        dialog.getDialogPane().lookupButton(use).addEventFilter(ActionEvent.ACTION, e -> {
            try {
                parsed[0] = context.engine().parsePlan(text.getText());
            } catch (EngineException fault) {
                banner.show(fault);
                e.consume();
            }
        });
        dialog.setResultConverter(button -> button == use ? parsed[0] : null);
        Ui.styled(text, "mono");
        return dialog.showAndWait();
    }
}
