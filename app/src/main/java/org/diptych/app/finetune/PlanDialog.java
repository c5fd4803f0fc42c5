package org.diptych.app.finetune;

import java.util.List;
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

/// The plan as text, for who wants every setting. A fault is told while it is typed, and nothing is done before it is mended.
final class PlanDialog extends Dialog<PlanDialog.Done> {
    /// @param start true to start it at once, false to fill the form with it
    record Done(FineTunePlan plan, boolean start) {
    }

    private final AppContext context;
    private final TextArea text = new TextArea();
    private final ErrorBanner banner;
    private final List<Node> uses;
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
        ButtonType fill = new ButtonType(i18n.get("finetune.plan.fill"), ButtonBar.ButtonData.APPLY);
        getDialogPane().getButtonTypes().setAll(start, fill,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        uses = List.of(getDialogPane().lookupButton(start), getDialogPane().lookupButton(fill));
        text.setId("plan-text");
        text.setPrefSize(640, 440);
        VBox.setVgrow(text, Priority.ALWAYS);
        getDialogPane().setContent(
                new VBox(8, Ui.wrapped(i18n.label("finetune.plan.edit")), Ui.styled(text, "mono"), banner));
        PauseTransition quiet = new PauseTransition(Duration.millis(250));
        quiet.setOnFinished(e -> check());
        text.textProperty().subscribe((old, now) -> {
            uses.forEach(u -> u.setDisable(true));
            quiet.playFromStart();
        });
        text.setText(json);
        check();
        setResultConverter(button -> button == start || button == fill
                ? new Done(parsed.orElseThrow(), button == start)
                : null);
    }

    private void check() {
        try {
            parsed = Optional.of(context.engine().parsePlan(text.getText()));
            banner.hide();
        } catch (EngineException fault) {
            parsed = Optional.empty();
            banner.show(fault);
        }
        uses.forEach(u -> u.setDisable(parsed.isEmpty()));
    }
}
