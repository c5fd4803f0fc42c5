package org.diptych.app.runs;

import java.util.List;
import java.util.Map;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Insets;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.scene.shape.Rectangle;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunSummary;

/// The settings in which runs or plans differ, a column each.
final class DifferencePane extends VBox {
    private static final double KEYS = 128;

    private final I18n i18n;
    private final ObservableValue<Theme> theme;
    private final GridPane grid = new GridPane(16, 4);
    private final ScrollPane scroll = new ScrollPane(grid);
    private boolean whole;
    private final Label note = Ui.styled(Ui.wrapped(new Label()), "muted", "small");

    DifferencePane(I18n i18n, ObservableValue<Theme> theme) {
        super(8);
        this.i18n = i18n;
        this.theme = theme;
        VBox.setVgrow(scroll, Priority.ALWAYS);
        getChildren().addAll(Ui.styled(i18n.label("runs.differ"), "strong"), note, scroll);
    }

    /// Takes the height that it needs, where something around it scrolls, and breaks long names so that the values are in sight.
    DifferencePane whole() {
        whole = true;
        scroll.setVbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        grid.setPadding(new Insets(0, 0, 16, 0)); // a bar for the width lies over the last of it
        return this;
    }

    /// @param name   over its settings
    /// @param colour of its curve
    record Column(String name, FineTunePlan plan, int colour) {
    }

    /// @param colours run -> colour of its curve
    void show(List<RunSummary> runs, Map<String, Integer> colours) {
        show(runs.stream().map(r -> new Column(r.id(), r.header().plan(), colours.get(r.id()))).toList());
    }

    void show(List<Column> plans) {
        grid.getChildren().clear();
        Map<String, List<String>> differences = PlanSettings.differences(plans.stream().map(Column::plan).toList());
        Ui.show(note, plans.size() < 2 || differences.isEmpty());
        note.setText(i18n.get(plans.size() < 2 ? "runs.differ.none" : "runs.differ.same"));
        if (plans.size() < 2 || differences.isEmpty()) {
            return;
        }
        for (int i = 0; i < plans.size(); i++) {
            Rectangle swatch = new Rectangle(10, 10, theme.getValue().line(plans.get(i).colour()));
            Label name = Ui.styled(new Label(plans.get(i).name(), swatch), "small", "strong");
            name.setTooltip(new Tooltip(plans.get(i).plan().name()));
            name.setMinWidth(USE_PREF_SIZE);
            grid.add(name, i + 1, 0);
        }
        int row = 1;
        for (Map.Entry<String, List<String>> difference : differences.entrySet()) {
            Label key = cell(difference.getKey(), "muted");
            if (whole) {
                key.setTooltip(new Tooltip(key.getText()));
                Ui.wrapped(key).setMinWidth(KEYS);
                key.setMaxWidth(KEYS);
            }
            grid.add(key, 0, row);
            for (int i = 0; i < plans.size(); i++) {
                grid.add(cell(difference.getValue().get(i), "strong"), i + 1, row);
            }
            row++;
        }
    }

    private static Label cell(String text, String style) {
        Label label = Ui.styled(new Label(text), "small", style);
        label.setMinWidth(USE_PREF_SIZE);
        return label;
    }
}
