package org.diptych.app.shell;

import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import javafx.util.Subscription;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Message;

/// What the window's questions share: a name, the one thing that is done, the way back, and a reason where it cannot be done.
public final class DialogFrame {
    private final Dialog<?> dialog;
    private final I18n i18n;
    private final ButtonType act;
    private final ButtonType back;
    private final Label why = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private Optional<Message> reason = Optional.empty();
    private Subscription language = Subscription.EMPTY;

    /// @param title key of its name
    /// @param act   key of what is done
    /// @param back  key of the way back
    public DialogFrame(AppContext context, Dialog<?> dialog, String title, String act, String back) {
        this.dialog = dialog;
        i18n = context.i18n();
        dialog.initOwner(context.window().get());
        dialog.titleProperty().bind(i18n.text(title));
        this.act = new ButtonType(i18n.get(act), ButtonBar.ButtonData.OK_DONE);
        this.back = new ButtonType(i18n.get(back), ButtonBar.ButtonData.CANCEL_CLOSE);
        dialog.getDialogPane().getButtonTypes().setAll(this.act, this.back);
        dialog.getDialogPane().getStyleClass().add("framed");
        actButton().textProperty().bind(i18n.text(act));
        backButton().textProperty().bind(i18n.text(back));
        why.setId("dialog-why");
        dialog.showingProperty().subscribe((before, now) -> {
            if (!now) {
                language.unsubscribe();
            }
        });
        follow(this::say);
    }

    /// Does something now, and again with every change of the language while the dialog is there.
    public void follow(Runnable body) {
        language = language.and(i18n.textsProperty().subscribe(t -> body.run()));
    }

    private Button button(ButtonType type) {
        return (Button) dialog.getDialogPane().lookupButton(type);
    }

    public Button actButton() {
        return button(act);
    }

    private Button backButton() {
        return button(back);
    }

    /// @return true for the button that does it
    public boolean acts(ButtonType pressed) {
        return pressed == act;
    }

    /// Which of the two Enter presses.
    public void usual(boolean act) {
        actButton().setDefaultButton(act);
        backButton().setDefaultButton(!act);
    }

    /// Puts what is asked into the frame, and below it the place for a reason.
    ///
    /// @param width in pixels, that its texts wrap in
    public void fill(double width, Node... parts) {
        VBox all = new VBox(8, parts);
        all.getChildren().add(why);
        all.setPrefWidth(width);
        dialog.getDialogPane().setContent(all);
    }

    /// Says why it cannot be done, or lets it be done.
    public void refuse(Optional<Message> reason) {
        this.reason = reason;
        actButton().setDisable(reason.isPresent());
        say();
    }

    private void say() {
        why.setText(reason.map(i18n.texts()::get).orElse(""));
        Ui.show(why, reason.isPresent());
    }
}
