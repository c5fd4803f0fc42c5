package org.diptych.app.finetune;

import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// Memory for time: layers are computed a second time on the way back.
final class CheckpointingPane extends VBox {
    CheckpointingPane(I18n i18n, TeachModel model) {
        super(2);
        CheckBox box = i18n.label(new CheckBox(), "finetune.checkpointing");
        box.setId("finetune-checkpointing");
        box.setOnAction(e -> model.checkpointing.set(box.isSelected()));
        Label note = Ui.styled(Ui.wrapped(i18n.label("finetune.checkpointing.note")), "muted", "small");
        model.checkpointing.subscribe(box::setSelected);
        getChildren().addAll(box, note);
    }
}
