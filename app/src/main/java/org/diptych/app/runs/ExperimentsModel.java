package org.diptych.app.runs;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.collections.ObservableMap;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentControl;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.FineTunePlan;

/// The experiments that there are, what was measured of each, and the one that is going on.
final class ExperimentsModel {
    final ObservableList<Experiment> experiments = FXCollections.observableArrayList();
    final ObjectProperty<Optional<Experiment>> chosen = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<Going>> going = new SimpleObjectProperty<>(Optional.empty());
    /// Experiment -> what was measured of it; an experiment that was not looked for yet has no entry.
    final ObservableMap<String, Optional<Measured>> measured = FXCollections.observableHashMap();

    /// An experiment under way.
    record Going(ExperimentRequest request, ExperimentControl control) {
        boolean of(Experiment experiment) {
            return request.experiment().id().equals(experiment.id());
        }
    }

    /// @param folder that it lies in; nothing for what came with the program
    record Measured(ExperimentResult result, Optional<Path> folder) {
    }

    boolean goesOn(Experiment experiment) {
        return going.get().filter(g -> g.of(experiment)).isPresent();
    }

    /// @return what was measured and has a finished run to show
    Optional<Measured> measured(Experiment experiment) {
        return measured.getOrDefault(experiment.id(), Optional.empty()).filter(m -> !m.result().runs().isEmpty());
    }

    /// @return the number of an arm, which is the colour of its curves
    static int colour(Experiment experiment, String arm) {
        return experiment.arms().stream().map(Experiment.Arm::id).toList().indexOf(arm);
    }

    /// @return each arm's plan at this length, with the first seed
    static List<FineTunePlan> plans(Experiment experiment, int steps) {
        return experiment.arms().stream().map(a -> experiment.plan(a, steps, 0)).toList();
    }
}
