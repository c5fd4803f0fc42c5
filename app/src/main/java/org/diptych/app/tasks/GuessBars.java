package org.diptych.app.tasks;

import java.util.List;
import java.util.Locale;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Guess;

/// Guesses as bars from 0 to 1, the right one with a tick.
final class GuessBars extends VBox {
    private static final double NAME = 108;
    private static final double NUMBER = 52;
    private static final double BAR = 8;
    private final boolean sentences;

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
        super(4);
        this.sentences = sentences;
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
        track.setMinSize(32, BAR);
        track.setPrefWidth(32);
        track.setMaxHeight(BAR);
        HBox.setHgrow(track, Priority.ALWAYS);
        filled.maxWidthProperty().bind(track.widthProperty().multiply(Math.clamp(probability, 0, 1)));
        Label number = Ui.styled(new Label(String.format(Locale.ROOT, "%.1f %%", 100 * probability)), "small",
                "muted");
        number.setMinWidth(NUMBER);
        number.setAlignment(Pos.CENTER_RIGHT);
        if (sentences) {
            getChildren().addAll(Ui.wrapped(label), Ui.row(8, track, number));
        } else {
            label.setMinWidth(NAME);
            label.setPrefWidth(NAME);
            getChildren().add(Ui.row(8, label, track, number));
        }
    }
}
