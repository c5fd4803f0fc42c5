package org.diptych.app.fx;

import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javafx.beans.Observable;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.StringBinding;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.Label;
import javafx.scene.control.Labeled;
import javafx.scene.control.Tooltip;
import org.diptych.engine.api.LocalText;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Texts;

/// The window's language. Texts that are bound through it change with it, at once.
public final class I18n {
    private final ObjectProperty<Texts> texts = new SimpleObjectProperty<>(this, "texts", Texts.ENGLISH);

    public I18n(Locale locale) {
        texts.set(Texts.of(locale));
    }

    public ObjectProperty<Texts> textsProperty() {
        return texts;
    }

    public Texts texts() {
        return texts.get();
    }

    public Locale locale() {
        return texts.get().locale();
    }

    public boolean chinese() {
        return texts.get() == Texts.CHINESE;
    }

    /// English to Chinese and back.
    public void toggle() {
        texts.set(chinese() ? Texts.ENGLISH : Texts.CHINESE);
    }

    /// @return the text as it is in the language of this moment
    public String get(String key, Object... args) {
        return texts.get().get(key, args);
    }

    /// @param kind begins the keys of such names, `inspect.site.`
    /// @param name of a part of a model, as the model calls it
    /// @return what a person calls it; the name itself where no text is there for it
    public String named(String kind, String name) {
        String key = kind + name.replace('.', '_');
        return texts().has(key) ? get(key) : name;
    }

    /// @param args values; those that are observable are followed too
    public StringBinding text(String key, Object... args) {
        Observable[] followed = Stream
                .concat(Stream.of(texts), Stream.of(args).filter(ObservableValue.class::isInstance))
                .map(Observable.class::cast).toArray(Observable[]::new);
        return Bindings.createStringBinding(() -> get(key, values(args)), followed);
    }

    private static Object[] values(Object[] args) {
        return Stream.of(args).map(a -> a instanceof ObservableValue<?> value ? value.getValue() : a).toArray();
    }

    public StringBinding text(Message message) {
        return text(message.key(), message.args().toArray());
    }

    public StringBinding text(LocalText text) {
        return compute(() -> text.in(locale()));
    }

    /// @return what `body` says, again whenever the language or one of `others` changes
    public StringBinding compute(Callable<String> body, Observable... others) {
        return Bindings.createStringBinding(body,
                Stream.concat(Stream.of(texts), Stream.of(others)).toArray(Observable[]::new));
    }

    /// Gives a control its text.
    public <L extends Labeled> L label(L control, String key, Object... args) {
        control.textProperty().bind(text(key, args));
        return control;
    }

    /// @return a new label
    public Label label(String key, Object... args) {
        return label(new Label(), key, args);
    }

    public Tooltip tooltip(String key, Object... args) {
        Tooltip tooltip = new Tooltip();
        tooltip.textProperty().bind(text(key, args));
        return tooltip;
    }
}
