package org.diptych.app.contrast;

import java.util.List;
import java.util.Optional;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.PairScore;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.RelevanceResult;

/// The state of the view.
final class ContrastModel {
    enum Order {
        ORIGINAL, SCORE, DIFFICULTY
    }

    /// What is compared: changed as a whole, so that one undo takes back one change.
    ///
    /// @param shown   the pictures as drawn
    /// @param seen    as the model gets them
    /// @param regions of each, for a model that reads regions
    record Items(List<Picture> shown, List<Picture> seen, List<RegionSource> regions, List<String> texts) {
        static final Items NONE = new Items(List.of(), List.of(), List.of(), List.of());

        boolean paired() {
            return seen.size() == texts.size() && !seen.isEmpty();
        }
    }

    final ObjectProperty<Items> items = new SimpleObjectProperty<>(Items.NONE);
    final ObjectProperty<Optional<ContrastResult>> result = new SimpleObjectProperty<>(Optional.empty());
    final DoubleProperty temperature = new SimpleDoubleProperty(0.07);
    /// What a person chose to fill the matrix with; empty until then.
    final ObjectProperty<Optional<PairScore>> score = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Order> order = new SimpleObjectProperty<>(Order.ORIGINAL);
    final ObjectProperty<Optional<RelevanceResult>> detail = new SimpleObjectProperty<>(Optional.empty());
}
