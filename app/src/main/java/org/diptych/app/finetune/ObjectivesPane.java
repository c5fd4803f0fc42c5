package org.diptych.app.finetune;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.FlowPane;
import org.diptych.app.fx.I18n;
import org.diptych.engine.api.Task;

/// What a run learns by: the objectives that the chosen model offers, those of its plan ticked. One stays ticked, since a run learns something.
final class ObjectivesPane extends FlowPane {
    private final I18n i18n;
    private final TeachModel model;

    ObjectivesPane(I18n i18n, TeachModel model) {
        super(12, 4);
        this.i18n = i18n;
        this.model = model;
        setId("finetune-objectives");
    }

    /// @param offered what the chosen model can be taught
    void offer(List<Task> offered) {
        getChildren().setAll(offered.stream().map(this::box).toList());
    }

    private CheckBox box(Task task) {
        CheckBox box = new CheckBox(i18n.get("finetune.task." + task.plan()));
        box.setTooltip(new Tooltip(i18n.get("finetune.task." + task.plan() + ".tip")));
        box.setSelected(model.objectives.get().contains(task));
        box.setOnAction(e -> {
            List<Task> chosen = new ArrayList<>(model.objectives.get());
            if (box.isSelected()) {
                chosen.add(task);
            } else if (chosen.size() > 1) {
                chosen.remove(task);
            } else {
                box.setSelected(true);
            }
            model.objectives.set(List.copyOf(chosen));
        });
        return box;
    }
}
