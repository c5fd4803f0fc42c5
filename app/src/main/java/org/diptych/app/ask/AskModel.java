package org.diptych.app.ask;

import java.util.Optional;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.diptych.app.canvas.Input;

/// The state of the view.
final class AskModel {
    /// A written word, or the findings of a turn that writes none (word 0).
    record Place(Turn turn, int word) {
    }

    final ObjectProperty<Optional<Input>> input = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Mode> mode = new SimpleObjectProperty<>(Mode.CAPTION);
    final StringProperty text = new SimpleStringProperty("");
    /// Answers to choose from, between commas.
    final StringProperty among = new SimpleStringProperty("");
    /// The form of conversation.
    final StringProperty template = new SimpleStringProperty("");
    final ObjectProperty<Ways> ways;
    /// Oldest first.
    final ObservableList<Turn> turns = FXCollections.observableArrayList();
    final ObjectProperty<Optional<Place>> place = new SimpleObjectProperty<>(Optional.empty());
    /// Whose attention the map shows; empty for the first that looks at the picture.
    final ObjectProperty<String> site = new SimpleObjectProperty<>("");
    /// 0 for the mean over all layers, else a layer counted from 1.
    final IntegerProperty layer = new SimpleIntegerProperty(0);
    /// The turn that is being answered.
    final ObjectProperty<Optional<Turn>> going = new SimpleObjectProperty<>(Optional.empty());

    AskModel(Ways ways) {
        this.ways = new SimpleObjectProperty<>(ways);
    }
}
