package org.diptych.app.runs;

import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.shape.Rectangle;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.RunLog;

/// A pane for each drawn run, one below the other: what its steps cost, how its weights are spread.
///
/// @param <P> what is shown of a run
final class EachRun<P extends Region> extends VBox {
    private final I18n i18n;
    private final ObservableValue<Theme> theme;
    private final String none;
    private final Supplier<P> make;
    private final BiConsumer<P, Optional<RunLog>> fill;
    private final Consumer<P> tick;
    private List<P> panes = List.of();

    /// @param none key of what is said when no run is drawn
    /// @param make an empty pane
    /// @param fill gives it its log
    /// @param tick lets it look for what came into its log since
    EachRun(I18n i18n, ObservableValue<Theme> theme, String none, Supplier<P> make,
            BiConsumer<P, Optional<RunLog>> fill, Consumer<P> tick) {
        super(20);
        this.i18n = i18n;
        this.theme = theme;
        this.none = none;
        this.make = make;
        this.fill = fill;
        this.tick = tick;
    }

    void show(List<CurveBoard.Shown> runs) {
        getChildren().clear();
        panes = runs.stream().map(this::pane).toList();
        if (runs.isEmpty()) {
            getChildren().add(Ui.styled(Ui.wrapped(i18n.label(none)), "muted", "small"));
        }
    }

    private P pane(CurveBoard.Shown run) {
        P pane = make.get();
        fill.accept(pane, Optional.of(run.log()));
        Rectangle swatch = new Rectangle(10, 10, theme.getValue().line(run.colour()));
        theme.subscribe(t -> swatch.setFill(t.line(run.colour())));
        getChildren().add(new VBox(8, Ui.styled(new Label(run.name(), swatch), "strong"), pane));
        return pane;
    }

    void tick() {
        panes.forEach(tick);
    }
}
