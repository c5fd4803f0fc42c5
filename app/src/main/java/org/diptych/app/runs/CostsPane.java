package org.diptych.app.runs;

import java.util.List;
import java.util.Optional;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import javafx.scene.shape.Rectangle;
import org.diptych.app.chart.CostPane;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;

/// What a step of each drawn run costs, one below the other.
final class CostsPane extends VBox {
    private final I18n i18n;
    private final ObservableValue<Theme> theme;
    private List<CostPane> costs = List.of();

    CostsPane(I18n i18n, ObservableValue<Theme> theme) {
        super(20);
        this.i18n = i18n;
        this.theme = theme;
        setId("runs-costs");
    }

    void show(List<CurveBoard.Shown> runs) {
        getChildren().clear();
        costs = runs.stream().map(run -> cost(run)).toList();
        if (runs.isEmpty()) {
            getChildren().add(Ui.styled(Ui.wrapped(i18n.label("runs.cost.none")), "muted", "small"));
        }
    }

    private CostPane cost(CurveBoard.Shown run) {
        CostPane cost = new CostPane(i18n, theme);
        cost.show(Optional.of(run.log()));
        Rectangle swatch = new Rectangle(10, 10, theme.getValue().line(run.colour()));
        theme.subscribe(t -> swatch.setFill(t.line(run.colour())));
        getChildren().add(new VBox(8, Ui.styled(new Label(run.name(), swatch), "strong"), cost));
        return cost;
    }

    /// Looks for what came into the logs since.
    void tick() {
        costs.forEach(CostPane::tick);
    }
}
