package org.diptych.app.tasks;

import java.util.List;
import java.util.Locale;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.TaskView;

/// One objective: its name, what it asks, its loss; under both ways of hiding its two panes stand side by side with a loss each.
final class TaskCard extends VBox {
    private final int columns;

    /// @param views of one task, one for each way of hiding that makes a difference to it
    TaskCard(I18n i18n, TasksModel.Input input, List<TaskView> views) {
        super(8);
        columns = views.size();
        getStyleClass().addAll("panel", "task-card");
        String key = "finetune.task." + views.getFirst().task().plan();
        Label title = Ui.styled(Ui.wrapped(new Label()), "heading");
        title.textProperty().bind(i18n.compute(() -> first(i18n.get(key))));
        HBox.setHgrow(title, Priority.ALWAYS);
        title.setMaxWidth(Double.MAX_VALUE);
        HBox head = Ui.row(8, title);
        if (columns == 1) {
            head.getChildren().add(loss(i18n, views.getFirst()));
        }
        getChildren().addAll(head, Ui.styled(Ui.wrapped(i18n.label(key + ".tip")), "small", "muted"),
                columns == 1 ? new TaskPane(i18n, input, views.getFirst()) : sides(i18n, input, views));
        setId("task-" + views.getFirst().task().plan());
    }

    private static GridPane sides(I18n i18n, TasksModel.Input input, List<TaskView> views) {
        GridPane sides = new GridPane(24, 0);
        for (TaskView view : views) {
            String way = "tasks.hiding." + view.masking().name().toLowerCase(Locale.ROOT);
            VBox side = new VBox(8, Ui.row(8, Ui.styled(i18n.label(way), "strong"), Ui.spring(), loss(i18n, view)),
                    new TaskPane(i18n, input, view));
            ColumnConstraints column = new ColumnConstraints();
            column.setPercentWidth(100.0 / views.size());
            sides.getColumnConstraints().add(column);
            sides.add(side, sides.getColumnCount() - 1, 0);
        }
        return sides;
    }

    /// @return columns of the grid that it takes
    int columns() {
        return columns;
    }

    private static Label loss(I18n i18n, TaskView view) {
        Label label = Ui.styled(new Label(), "badge", "note", "task-loss");
        label.setMinWidth(USE_PREF_SIZE);
        label.textProperty().bind(i18n.text("tasks.loss", String.format(Locale.ROOT, "%.3f", view.loss())));
        Ui.show(label, view.lacks().isEmpty());
        return label;
    }

    /// Names of tasks are written to stand within a sentence.
    private static String first(String name) {
        return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    }
}
