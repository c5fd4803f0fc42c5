package org.diptych.app.tasks;

import java.util.List;
import java.util.Locale;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.value.ObservableValue;
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
    private final boolean sentences;
    private int rows;

    /// @param right name of the right one
    /// @param found its probability, for when it is not among the guesses
    /// @param sentences true for long names, which stand above their bars
    GuessBars(List<Guess> guesses, String right, double found, boolean sentences) {
        this(sentences);
        guesses.forEach(g -> add(new SimpleStringProperty(g.name()), g.probability(), g.name().equals(right)));
        if (guesses.stream().noneMatch(g -> g.name().equals(right))) {
            add(new SimpleStringProperty(right), found, true);
        }
    }

    GuessBars(boolean sentences) {
        this.sentences = sentences;
        setHgap(8);
        setVgap(4);
        ColumnConstraints name = new ColumnConstraints(sentences ? 0 : NAME);
        ColumnConstraints bar = new ColumnConstraints(32, 100, Double.MAX_VALUE, Priority.ALWAYS, HPos.LEFT, true);
        ColumnConstraints number = new ColumnConstraints(52);
        number.setHalignment(HPos.RIGHT);
        getColumnConstraints().addAll(name, bar, number);
    }

    /// @param right marked with a tick and another colour
    void add(ObservableValue<String> name, double probability, boolean right) {
        Label label = Ui.styled(new Label(), "small", "elides");
        label.textProperty().bind(name);
        Tooltip whole = new Tooltip();
        whole.textProperty().bind(name);
        label.setTooltip(whole);
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
        Label number = Ui.styled(new Label(percent(probability)), "small", "muted");
        if (sentences) {
            add(Ui.wrapped(label), 0, rows++, 3, 1);
            add(track, 0, rows, 2, 1);
            add(number, 2, rows++);
        } else {
            addRow(rows++, label, track, number);
        }
    }

    private static String percent(double probability) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * probability);
    }
}
