package org.diptych.app.tasks;

import java.util.List;
import java.util.Locale;
import javafx.geometry.HPos;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Guess;

/// Guesses as bars from 0 to 1, the right one with a tick.
final class GuessBars extends GridPane {
    private static final double NAME = 108;
    private static final double BAR = 8;
    private int rows;

    /// @param right name of the right one
    GuessBars(List<Guess> guesses, String right) {
        setHgap(8);
        setVgap(4);
        ColumnConstraints name = new ColumnConstraints(NAME);
        ColumnConstraints bar = new ColumnConstraints(32, 100, Double.MAX_VALUE, Priority.ALWAYS, HPos.LEFT, true);
        ColumnConstraints number = new ColumnConstraints(52);
        number.setHalignment(HPos.RIGHT);
        getColumnConstraints().addAll(name, bar, number);
        for (Guess guess : guesses) {
            add(guess.name(), guess.probability(), guess.name().equals(right));
        }
    }

    /// @param right marked with a tick and another colour
    void add(String name, double probability, boolean right) {
        Label label = Ui.styled(new Label(name), "small", "elides");
        label.setTooltip(new Tooltip(name));
        if (right) {
            label.setGraphic(Ui.icon("mdi2c-check"));
            label.getStyleClass().add("strong");
        }
        Region filled = Ui.styled(new Region(), "guess-bar");
        if (right) {
            filled.getStyleClass().add("right");
        }
        StackPane track = Ui.styled(new StackPane(filled), "guess-track");
        track.setAlignment(Pos.CENTER_LEFT);
        track.setMinHeight(BAR);
        track.setMaxHeight(BAR);
        filled.maxWidthProperty().bind(track.widthProperty().multiply(Math.clamp(probability, 0, 1)));
        addRow(rows++, label, track,
                Ui.styled(new Label(percent(probability)), "small", "muted"));
    }

    static String percent(double probability) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * probability);
    }
}
