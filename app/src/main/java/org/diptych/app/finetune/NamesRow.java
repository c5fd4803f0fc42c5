package org.diptych.app.finetune;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.control.TextField;
import org.diptych.app.fx.I18n;

/// Names of parts of the model, with commas between them.
final class NamesRow extends FormRow {
    private final TextField field = new TextField();
    private final Supplier<List<String>> get;
    private boolean showing;
    private boolean typing;

    /// @param none key of what an empty field means
    NamesRow(I18n i18n, String key, String none, Supplier<List<String>> get, Consumer<List<String>> set) {
        this(i18n, key, none, now -> Arrays.stream(now.split("[,，、\\s]+")).filter(n -> !n.isEmpty()).toList(), get,
                set);
    }

    /// A row for a single name, in which all letters may stand.
    static NamesRow one(I18n i18n, String key, String none, Supplier<String> get, Consumer<String> set) {
        return new NamesRow(i18n, key, none, now -> List.of(now.strip()), () -> List.of(get.get()),
                names -> set.accept(names.getFirst()));
    }

    private NamesRow(I18n i18n, String key, String none, Function<String, List<String>> read,
            Supplier<List<String>> get, Consumer<List<String>> set) {
        super(i18n, key, () -> "");
        this.get = get;
        field.setId(key.replace('.', '-'));
        field.accessibleTextProperty().bind(i18n.text(key));
        field.promptTextProperty().bind(i18n.text(none));
        getChildren().addAll(title(), field);
        field.textProperty().subscribe((old, now) -> {
            if (!showing) {
                typing = true;
                set.accept(read.apply(now));
                typing = false;
            }
        });
    }

    /// @param what the names are read again whenever one of these changes
    NamesRow follow(ObservableValue<?>... what) {
        for (ObservableValue<?> each : what) {
            each.subscribe(v -> show());
        }
        return this;
    }

    @Override
    Node control() {
        return field;
    }

    private void show() {
        if (!typing) {
            showing = true;
            field.setText(String.join(", ", get.get()));
            showing = false;
        }
    }
}
