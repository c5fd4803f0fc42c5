package org.diptych.app.fx;

import java.util.ArrayList;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.util.Subscription;

/// Listeners that end together, so that a view that is closed leaves nothing behind.
public final class Subscriptions implements AutoCloseable {
    private final List<Subscription> all = new ArrayList<>();

    public void add(Subscription subscription) {
        all.add(subscription);
    }

    /// Calls `listener` with the value now and at every change.
    public <T> void watch(ObservableValue<T> value, java.util.function.Consumer<? super T> listener) {
        all.add(value.subscribe(listener::accept));
    }

    @Override
    public void close() {
        all.forEach(Subscription::unsubscribe);
        all.clear();
    }
}
