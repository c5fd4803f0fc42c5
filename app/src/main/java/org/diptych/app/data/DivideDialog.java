package org.diptych.app.data;

import javafx.beans.binding.Bindings;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.Spinner;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;

/// What share of a set's pictures is to be kept for validation.
final class DivideDialog extends Dialog<DivideDialog.Choice> {
    private static final double WIDTH = 440;
    private static final int LEAST = 5;
    private static final int MOST = 50;
    private static final int USUAL = 20;
    private static final int SEEDS = 999;

    /// @param share of the pictures
    record Choice(double share, long seed) {
    }

    DivideDialog(AppContext context) {
        I18n i18n = context.i18n();
        initOwner(context.window().get());
        setTitle(i18n.get("sets.divide.title"));
        ButtonType divide = new ButtonType(i18n.get("sets.divide.do"), ButtonBar.ButtonData.OK_DONE);
        getDialogPane().getButtonTypes().setAll(divide,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        Slider share = new Slider(LEAST, MOST, USUAL);
        share.setId("data-share");
        share.setBlockIncrement(LEAST);
        share.accessibleTextProperty().bind(i18n.text("sets.divide.share"));
        Label value = new Label();
        value.textProperty().bind(Bindings.createStringBinding(() -> Math.round(share.getValue()) + " %",
                share.valueProperty()));
        Spinner<Integer> seed = new Spinner<>(0, SEEDS, 0);
        seed.setId("data-seed");
        seed.setEditable(true);
        seed.setPrefWidth(100);
        Label seedName = i18n.label("sets.divide.seed");
        seedName.setLabelFor(seed);
        VBox all = new VBox(12,
                new VBox(4, Ui.row(8, i18n.label("sets.divide.share"), Ui.spring(), value), share),
                Ui.row(8, seedName, Ui.spring(), seed),
                Ui.styled(Ui.wrapped(i18n.label("sets.divide.note")), "muted", "small"));
        all.setPrefWidth(WIDTH);
        getDialogPane().setContent(all);
        setResultConverter(button -> button == divide
                ? new Choice(Math.round(share.getValue()) / 100.0, seed.getValue())
                : null);
    }
}
