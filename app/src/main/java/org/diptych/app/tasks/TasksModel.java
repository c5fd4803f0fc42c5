package org.diptych.app.tasks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.TaskView.Masking;

/// The state of the view.
final class TasksModel {
    /// A seed has no more digits than a person would type.
    static final int SEED_DIGITS = 9;

    /// How words and regions are hidden.
    enum Hiding {
        CONDITIONAL(List.of(Masking.CONDITIONAL)), JOINT(List.of(Masking.JOINT)), BOTH(List.of(Masking.values()));

        final List<Masking> maskings;

        Hiding(List<Masking> maskings) {
            this.maskings = maskings;
        }
    }

    /// @param shown as the window draws it
    /// @param seen  as the model gets it; of a scene it is drawn anew for each model
    /// @param scene seed of the scene behind it
    /// @param file  the file behind it
    record Input(Picture shown, Picture seen, OptionalLong scene, Optional<Path> file) {
    }

    /// @param input that was asked about
    record Answer(Input input, List<TaskView> views) {
    }

    final ObjectProperty<Optional<Input>> input = new SimpleObjectProperty<>(Optional.empty());
    final StringProperty text = new SimpleStringProperty("");
    /// What a model that reads regions is given; empty: a scene's own boxes, or a grid over any other picture.
    final ObjectProperty<Optional<RegionSource>> regions = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Long> seed = new SimpleObjectProperty<>(1L);
    final ObjectProperty<Hiding> hiding = new SimpleObjectProperty<>(Hiding.CONDITIONAL);
    final ObjectProperty<Optional<Answer>> answer = new SimpleObjectProperty<>(Optional.empty());

    private static final String SEED = "tasks.seed";
    private static final String HIDING = "tasks.hiding";

    /// @param remembered as [#remembered()] made it; what it lacks or cannot mean stays as usual
    TasksModel(Map<String, String> remembered) {
        String drawn = remembered.getOrDefault(SEED, "");
        if (drawn.matches("\\d{1," + SEED_DIGITS + "}")) {
            seed.set(Long.parseLong(drawn));
        }
        for (Hiding way : Hiding.values()) {
            if (way.name().equals(remembered.get(HIDING))) {
                hiding.set(way);
            }
        }
    }

    Map<String, String> remembered() {
        return Map.of(SEED, Long.toString(seed.get()), HIDING, hiding.get().name());
    }
}
