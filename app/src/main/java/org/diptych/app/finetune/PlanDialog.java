package org.diptych.app.finetune;

import java.util.Optional;
import javafx.animation.PauseTransition;
import javafx.scene.Node;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.Dialog;
import javafx.scene.control.TextArea;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;

/// The plan as text, for who wants every setting. A fault is told while it is typed, and nothing starts before it is mended.
final class PlanDialog extends Dialog<FineTunePlan> {
    private final AppContext context;
    private final TextArea text = new TextArea();
    private final ErrorBanner banner;
    private final Node use;
    private Optional<FineTunePlan> parsed = Optional.empty();

    /// @param json a plan as text, sound or not
    PlanDialog(AppContext context, String json) {
        this.context = context;
        I18n i18n = context.i18n();
        banner = new ErrorBanner(i18n);
        initOwner(context.window().get());
        setTitle(i18n.get("finetune.plan"));
        setResizable(true);
        ButtonType start = new ButtonType(i18n.get("finetune.start"), ButtonBar.ButtonData.OK_DONE);
        getDialogPane().getButtonTypes().setAll(start,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        use = getDialogPane().lookupButton(start);
        text.setId("plan-text");
        text.setPrefSize(640, 440);
        VBox.setVgrow(text, Priority.ALWAYS);
        getDialogPane().setContent(
                new VBox(8, Ui.wrapped(i18n.label("finetune.plan.edit")), Ui.styled(text, "mono"), banner));
        PauseTransition quiet = new PauseTransition(Duration.millis(250));
        quiet.setOnFinished(e -> check());
        text.textProperty().subscribe((old, now) -> {
            use.setDisable(true);
            quiet.playFromStart();
        });
        text.setText(json);
        check();
        setResultConverter(button -> button == start ? parsed.orElseThrow() : null);
    }

    private void check() {
        try {
            parsed = Optional.of(context.engine().parsePlan(text.getText()));
            banner.hide();
        } catch (EngineException fault) {
            parsed = Optional.empty();
            banner.show(fault);
        }
        use.setDisable(parsed.isEmpty());
    }
}
