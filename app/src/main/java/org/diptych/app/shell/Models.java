package org.diptych.app.shell;

import java.util.List;
import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.diptych.engine.api.LoadedModel;

/// The models in memory, as the window knows them, and the chosen one.
public final class Models {
    private final ObservableList<LoadedModel> loaded = FXCollections.observableArrayList();
    private final ObjectProperty<Optional<LoadedModel>> selected = new SimpleObjectProperty<>(this, "selected",
            Optional.empty());

    public ObservableList<LoadedModel> loaded() {
        return FXCollections.unmodifiableObservableList(loaded);
    }

    public ObjectProperty<Optional<LoadedModel>> selectedProperty() {
        return selected;
    }

    /// Takes over what the engine holds now.
    public void refresh(List<LoadedModel> now) {
        loaded.setAll(now);
        boolean there = selected.get().filter(s -> now.stream().anyMatch(m -> m.handle().equals(s.handle())))
                .isPresent();
        if (!there) {
            selected.set(now.isEmpty() ? Optional.empty() : Optional.of(now.getFirst()));
        }
    }

    /// Adds a model that was just loaded and chooses it.
    public void add(LoadedModel model) {
        loaded.removeIf(m -> m.handle().equals(model.handle()));
        loaded.add(model);
        selected.set(Optional.of(model));
    }

    /// Forgets a model; another is chosen if it was the chosen one.
    public void remove(String handle) {
        loaded.removeIf(m -> m.handle().equals(handle));
        if (selected.get().filter(m -> m.handle().equals(handle)).isPresent()) {
            selected.set(loaded.isEmpty() ? Optional.empty() : Optional.of(loaded.getFirst()));
        }
    }
}
