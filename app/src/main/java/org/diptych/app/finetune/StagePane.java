package org.diptych.app.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.scene.control.ChoiceBox;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.PlanOutline;

/// What learns as the model's paper has it: all stages of its plan behind one another, one of them, or parts of one's own choice. Hidden for a model that is taught all at once.
final class StagePane extends VBox {
    private static final String OWN = "";

    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;
    private final ChoiceBox<String> box = new ChoiceBox<>();
    private boolean filling;

    StagePane(I18n i18n, TeachModel model, TeachController controller) {
        super(2);
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        box.setId("finetune-stage");
        box.setMaxWidth(Double.MAX_VALUE);
        box.accessibleTextProperty().bind(i18n.text("finetune.stages"));
        box.setTooltip(i18n.tooltip("finetune.stages.why"));
        box.setConverter(new Named<>(this::name));
        box.setOnAction(e -> {
            if (!filling && box.getValue() != null) {
                model.stage.set(box.getValue());
            }
        });
        getChildren().addAll(Ui.styled(i18n.label("finetune.stages"), "muted", "small"), box);
        model.start.subscribe((old, now) -> {
            boolean other = old.isEmpty() || now.isEmpty() || !old.get().same(now.get());
            if (other) {
                model.outline.set(Optional.empty());
                model.stage.set(controller.hasCourse() ? TeachModel.COURSE : OWN);
            }
            fill();
        });
        model.base.subscribe(b -> fill());
        model.stage.subscribe(s -> fill());
        model.outline.subscribe(o -> fill());
        i18n.textsProperty().subscribe(t -> fill());
        fill();
    }

    private String name(String stage) {
        return stage.isEmpty() ? i18n.get("finetune.stages.own") : CountPane.name(i18n, stage);
    }

    private void fill() {
        Optional<PlanOutline> outline = model.outline.get();
        if (outline.isEmpty() && !box.getItems().isEmpty() && box.getItems().contains(model.stage.get())) {
            filling = true;
            box.setValue(model.stage.get());
            filling = false;
            return; // it is being counted anew, and offers the same
        }
        List<String> all = new ArrayList<>();
        if (controller.hasCourse()) {
            all.add(TeachModel.COURSE);
        }
        all.add(OWN);
        outline.ifPresent(o -> all.addAll(o.stages().keySet()));
        filling = true;
        box.getItems().setAll(all);
        box.setValue(all.contains(model.stage.get()) ? model.stage.get() : OWN);
        filling = false;
        Ui.show(this, all.size() > 1);
    }
}
