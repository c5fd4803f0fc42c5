package org.diptych.app.runs;

import java.util.List;
import java.util.Map;
import javafx.beans.value.ObservableValue;
import javafx.geometry.HPos;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.scene.shape.Rectangle;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.Experiment.Measure;
import org.diptych.engine.api.Findings;
import org.diptych.engine.api.ValueNames;

/// What an experiment measured: a sentence for each expectation, and a table of measures with a column an arm.
final class FindingsPane extends VBox {
    private static final double NAMES = 128;

    private final I18n i18n;
    private final ObservableValue<Theme> theme;
    private final VBox sentences = new VBox(8);
    private final GridPane table = new GridPane(12, 8);

    FindingsPane(I18n i18n, ObservableValue<Theme> theme) {
        super(12);
        this.i18n = i18n;
        this.theme = theme;
        table.setId("experiment-table");
        sentences.setId("experiment-outcome");
        ScrollPane wide = new ScrollPane(table); // several arms may need more room than the sentences have
        wide.setFitToWidth(true);
        wide.setVbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        getChildren().addAll(Ui.styled(i18n.label("experiments.outcome"), "strong"), sentences, wide);
    }

    void show(Experiment experiment, Findings findings) {
        sentences.getChildren().setAll(findings.verdicts().stream().map(v -> sentence(experiment, v)).toList());
        table.getChildren().clear();
        List<String> arms = List.copyOf(findings.arms().keySet());
        for (int i = 0; i < arms.size(); i++) {
            Rectangle swatch = new Rectangle(10, 10,
                    theme.getValue().line(ExperimentsModel.colour(experiment, arms.get(i))));
            Label name = Ui.wrapped(
                    Ui.styled(new Label(i18n.texts().get(experiment.label(arms.get(i))), swatch), "small", "strong"));
            name.setMaxWidth(110);
            GridPane.setHalignment(name, HPos.RIGHT);
            table.add(name, i + 1, 0);
        }
        int row = 1;
        for (Measure measure : experiment.measures()) {
            Label name = Ui.styled(new Label(i18n.texts().get(ValueNames.name(measure.value()))), "small", "muted");
            Ui.wrapped(name).setMinWidth(NAMES); // of one width, so that its row is as high as its lines
            name.setMaxWidth(NAMES);
            table.add(name, 0, row);
            List<String> best = findings.best(measure);
            for (int i = 0; i < arms.size(); i++) {
                Map<String, Findings.Cell> cells = findings.arms().get(arms.get(i));
                table.add(cell(cells.get(measure.value()), best.contains(arms.get(i))), i + 1, row);
            }
            row++;
        }
    }

    private HBox sentence(Experiment experiment, Findings.Verdict verdict) {
        String icon = switch (verdict.kind()) {
            case AGREES -> "mdi2c-check-circle-outline";
            case NOISE -> "mdi2a-approximately-equal";
            case OPPOSITE -> "mdi2a-alert-circle-outline";
            case ONE_SEED -> "mdi2h-help-circle-outline";
        };
        Label text = Ui.wrapped(new Label(i18n.texts().get(verdict.says(experiment))));
        HBox.setHgrow(text, Priority.ALWAYS);
        HBox line = new HBox(8, Ui.icon(icon), text);
        line.setAlignment(Pos.TOP_LEFT);
        return line;
    }

    /// The mean, starred where it is the best, and below it how far the seeds lie apart.
    private Node cell(Findings.Cell cell, boolean best) {
        Label mean = new Label(cell == null ? "–" : Findings.figure(cell.mean()));
        mean.setMinWidth(USE_PREF_SIZE);
        if (best) {
            mean.setGraphic(Ui.styled(Ui.icon("mdi2s-star"), "best"));
            mean.setTooltip(new Tooltip(i18n.get("experiments.best")));
            mean.setAccessibleHelp(i18n.get("experiments.best"));
            mean.getStyleClass().add("strong");
        }
        VBox box = new VBox(mean);
        box.setAlignment(Pos.TOP_RIGHT);
        if (cell != null && cell.seeds() > 1) {
            Label spread = Ui.styled(
                    new Label(Findings.figure(cell.least()) + " – " + Findings.figure(cell.most())), "small", "muted");
            spread.setMinWidth(USE_PREF_SIZE);
            box.getChildren().add(spread);
        }
        return box;
    }
}
