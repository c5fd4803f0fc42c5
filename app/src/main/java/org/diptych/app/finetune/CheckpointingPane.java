package org.diptych.app.finetune;

import java.util.Optional;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.PlanOutline;

/// Memory for time: layers are computed a second time on the way back. For a model whose layers cannot be it says so.
final class CheckpointingPane extends VBox {
    CheckpointingPane(I18n i18n, TeachModel model) {
        super(2);
        CheckBox box = i18n.label(new CheckBox(), "finetune.checkpointing");
        box.setId("finetune-checkpointing");
        box.setOnAction(e -> model.checkpointing.set(box.isSelected()));
        Label note = Ui.styled(Ui.wrapped(i18n.label("finetune.checkpointing.note")), "muted", "small");
        Label cannot = Ui.styled(Ui.wrapped(i18n.label("finetune.checkpointing.cannot")), "muted", "small");
        cannot.setId("finetune-checkpointing-cannot");
        Runnable show = () -> {
            Optional<PlanOutline> outline = model.outline.get();
            boolean can = outline.map(PlanOutline::checkpoints).orElse(true);
            box.setDisable(!can);
            box.setSelected(model.checkpointing.get() && can);
            Ui.show(note, can);
            Ui.show(cannot, !can);
        };
        model.outline.subscribe(o -> show.run());
        model.checkpointing.subscribe(on -> show.run());
        getChildren().addAll(box, note, cannot);
    }
}
