package org.diptych.app.finetune;

import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.geometry.Insets;
import javafx.scene.Node;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.chart.CostPane;
import org.diptych.app.chart.SpreadPane;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.moments.Rewind;
import org.diptych.app.shell.AppContext;

/// The middle: how the run goes, what a step of it costs, how large weights and gradients are, or what it aims at.
final class WatchPane extends VBox {
    /// What can be watched.
    enum Watch {
        CURVES, COST, SPREAD, TARGETS
    }

    /// Room for the scroll bar, which would else stand on the figures.
    private static final double BESIDE = 14;

    private final ObjectProperty<Watch> watched = new SimpleObjectProperty<>(Watch.CURVES);
    private final CurvePane curves;
    private final CostPane cost;
    private final SpreadPane spread;
    private final TargetsPane targets;

    WatchPane(AppContext context, TeachModel model, Consumer<Throwable> failed, Rewind rewind) {
        super(12);
        curves = new CurvePane(context, model, rewind);
        cost = new CostPane(context.i18n(), context.theme());
        spread = new SpreadPane(context.i18n(), context.theme());
        targets = new TargetsPane(context, model, failed);
        Segments<Watch> choice = new Segments<>(watched);
        choice.setId("teach-watch");
        choice.show(List.of(Watch.values()), w -> {
            ToggleButton button = Ui.toggle(context.i18n(), "finetune.watch." + w.name().toLowerCase(Locale.ROOT));
            button.setId("teach-watch-" + w.name().toLowerCase(Locale.ROOT));
            return button;
        });
        Node costs = scrolled(cost);
        Node spreads = scrolled(spread);
        Node aims = scrolled(targets);
        StackPane shown = new StackPane(curves, costs, spreads, aims);
        VBox.setVgrow(shown, Priority.ALWAYS);
        shown.setMinSize(0, 0);
        getChildren().addAll(choice, shown);
        getStyleClass().add("panel");
        watched.subscribe(w -> {
            Ui.show(curves, w == Watch.CURVES);
            Ui.show(costs, w == Watch.COST);
            Ui.show(spreads, w == Watch.SPREAD);
            Ui.show(aims, w == Watch.TARGETS);
            tick();
        });
        model.run.subscribe(run -> {
            cost.show(run.map(r -> r.log()));
            spread.show(run.map(r -> r.log()));
        });
    }

    static ScrollPane scrolled(Region content) {
        content.setPadding(new Insets(0, BESIDE, 0, 0));
        ScrollPane scroll = new ScrollPane(content);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        return scroll;
    }

    void watch(Watch next) {
        watched.set(next);
    }

    /// Shows what is new; what is out of sight asks for nothing.
    void tick() {
        switch (watched.get()) {
            case CURVES -> curves.tick();
            case COST -> cost.tick();
            case SPREAD -> spread.tick();
            case TARGETS -> targets.tick();
        }
    }
}
