package org.diptych.app.fx;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javafx.beans.property.Property;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.FlowPane;

/// A row of buttons of which exactly one is down, and which wraps where it must. The arrow keys go from one to the next.
///
/// @param <T> what is chosen
public final class Segments<T> extends FlowPane {
    private final Property<T> chosen;
    private final Map<T, ToggleButton> buttons = new LinkedHashMap<>();

    public Segments(Property<T> chosen) {
        super(6, 6);
        this.chosen = chosen;
        getStyleClass().add("segments");
        chosen.subscribe(value -> buttons.forEach((item, button) -> button.setSelected(item.equals(value))));
        addEventFilter(KeyEvent.KEY_PRESSED, this::key);
    }

    /// Offers these. Buttons that are there already stay, so that the focus does.
    ///
    /// @param make makes the button of a new item
    public void show(List<T> items, Function<T, ToggleButton> make) {
        Map<T, ToggleButton> before = new LinkedHashMap<>(buttons);
        buttons.clear();
        for (T item : items) {
            ToggleButton button = before.containsKey(item) ? before.get(item) : make.apply(item);
            button.setMinWidth(USE_PREF_SIZE);
            button.setOnAction(e -> choose(item));
            button.setSelected(item.equals(chosen.getValue()));
            buttons.put(item, button);
        }
        List<ToggleButton> row = List.copyOf(buttons.values());
        if (!getChildren().equals(row)) {
            getChildren().setAll(row);
        }
    }

    private void choose(T item) {
        buttons.get(item).setSelected(true); // a click on the one that is down would let it up
        chosen.setValue(item);
    }

    private void key(KeyEvent event) {
        int step = switch (event.getCode()) {
            case LEFT -> -1;
            case RIGHT -> 1;
            default -> 0;
        };
        List<T> items = List.copyOf(buttons.keySet());
        int at = items.indexOf(chosen.getValue());
        if (step != 0 && at >= 0) {
            T next = items.get(Math.clamp(at + step, 0, items.size() - 1));
            if (!buttons.get(next).isDisabled()) {
                choose(next);
                buttons.get(next).requestFocus();
            }
            event.consume();
        }
    }
}
