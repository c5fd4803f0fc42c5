package org.diptych.app.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.control.ChoiceBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;

/// One of a few values. A value that a plan came with is offered too.
///
/// @param <T> what is chosen
final class ChoiceRow<T> extends FormRow {
    private final ChoiceBox<T> box = new ChoiceBox<>();
    private final Supplier<T> get;
    private List<T> items;
    private boolean showing;

    ChoiceRow(I18n i18n, String key, List<T> items, Function<T, String> name, Supplier<T> get, Consumer<T> set) {
        super(i18n, key, () -> "");
        this.items = items;
        this.get = get;
        box.setId(key.replace('.', '-'));
        box.setMaxWidth(Double.MAX_VALUE);
        box.accessibleTextProperty().bind(i18n.text(key));
        box.setConverter(new Named<>(name));
        box.valueProperty().subscribe(v -> {
            if (v != null && !showing) {
                set.accept(v);
            }
        });
        getChildren().addAll(title(), box);
        // a box asks for its texts once; setting the items again makes it ask in the new language
        i18n.textsProperty().subscribe(t -> show());
    }

    /// @param what the value is read again whenever one of these changes
    ChoiceRow<T> follow(ObservableValue<?>... what) {
        for (ObservableValue<?> each : what) {
            each.subscribe(v -> show());
        }
        return this;
    }

    /// Offers others.
    void offer(List<T> others) {
        items = others;
        show();
    }

    @Override
    Node control() {
        return box;
    }

    private void show() {
        T value = get.get();
        List<T> all = new ArrayList<>(items);
        if (!all.contains(value)) {
            all.add(value);
        }
        showing = true;
        box.getItems().setAll(all);
        box.setValue(value);
        showing = false;
    }
}
