package org.diptych.app.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.FlowPane;
import org.diptych.app.fx.I18n;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Task;

/// What a run learns by: the objectives that the chosen model offers, those of its plan ticked. One stays ticked, since a run learns something.
final class ObjectivesPane extends FlowPane {
    private final I18n i18n;
    private final TeachModel model;
    private List<Task> offered = List.of();
    private List<Task> shown = List.of();

    ObjectivesPane(I18n i18n, TeachModel model) {
        super(12, 4);
        this.i18n = i18n;
        this.model = model;
        setId("finetune-objectives");
        model.objectives.subscribe(o -> show());
        model.set.subscribe(s -> show());
    }

    /// @param tasks what the chosen model can be taught; what a plan asks for beyond that is offered too, so that it can be taken away
    void offer(List<Task> tasks) {
        offered = tasks;
        shown = List.of();
        show();
    }

    private void show() {
        List<Task> chosen = model.objectives.get();
        List<Task> all = Stream.concat(offered.stream(), chosen.stream()).distinct().toList();
        if (!all.equals(shown)) {
            shown = all;
            getChildren().setAll(all.stream().map(this::box).toList());
        }
        for (int i = 0; i < all.size(); i++) {
            CheckBox box = (CheckBox) getChildren().get(i);
            box.setSelected(chosen.contains(all.get(i)));
            Optional<Message> why = model.lacks(all.get(i));
            box.setDisable(why.isPresent() && !box.isSelected());
            box.setAccessibleHelp(why.map(m -> i18n.get(m.key())).orElse(""));
        }
    }

    private CheckBox box(Task task) {
        CheckBox box = new CheckBox(i18n.get("finetune.task." + task.plan()));
        box.setTooltip(new Tooltip(i18n.get("finetune.task." + task.plan() + ".tip")));
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
