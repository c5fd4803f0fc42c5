package org.diptych.app.finetune;

import java.util.List;
import java.util.Optional;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;

/// Precision of matrix products. Where the device has only one there is nothing to choose, unless a plan came with the other.
final class PrecisionPane extends VBox {
    /// @param lacking why the device has no bf16; empty where it has
    PrecisionPane(I18n i18n, TeachModel model, Optional<Message> lacking) {
        super(2);
        ChoiceRow<String> row = new ChoiceRow<>(i18n, "finetune.precision",
                lacking.isPresent() ? List.of(FineTunePlan.FP32) : List.of(FineTunePlan.FP32, FineTunePlan.BF16),
                p -> i18n.get("finetune.precision." + p), model.precision::get, model.precision::set)
                .follow(model.precision);
        if (lacking.isPresent()) {
            row.lock(model.precision.isEqualTo(FineTunePlan.FP32), "finetune.precision.locked");
        }
        Label note = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
        note.setId("finetune-precision-note");
        i18n.textsProperty().subscribe(texts -> note.setText(lacking
                .map(why -> texts.get("finetune.precision.lacking", why))
                .orElseGet(() -> texts.get("finetune.precision.note"))));
        getChildren().addAll(row, note);
    }
}
