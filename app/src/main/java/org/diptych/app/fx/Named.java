package org.diptych.app.fx;

import java.util.function.Function;
import javafx.util.StringConverter;

/// How the items of a choice are called; what is not chosen yet has no name. Nothing is typed into such a choice, so no name leads back to an item.
public final class Named<T> extends StringConverter<T> {
    private final Function<T, String> name;

    public Named(Function<T, String> name) {
        this.name = name;
    }

    @Override
    public String toString(T item) {
        return item == null ? "" : name.apply(item);
    }

    @Override
    public T fromString(String text) {
        throw new IllegalStateException("nothing is typed here");
    }
}
