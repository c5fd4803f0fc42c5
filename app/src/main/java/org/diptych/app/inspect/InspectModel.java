package org.diptych.app.inspect;

import java.util.Optional;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.diptych.app.canvas.Input;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Score;

/// The state of the view: what is asked, what came back, what is chosen. Every control writes one of these; everything drawn follows them.
final class InspectModel {
    /// What the next step of the first tour is.
    enum Hint {
        WORD, PATCH, NONE
    }

    final ObjectProperty<Optional<Input>> input = new SimpleObjectProperty<>(Optional.empty());
    final StringProperty text = new SimpleStringProperty("");
    final ObjectProperty<Optional<InspectResult>> result = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<RelevanceResult>> relevance = new SimpleObjectProperty<>(Optional.empty());
    /// Empty: the picture shows attention as it is; else what the score of the chosen words rests on.
    final ObjectProperty<Optional<RelevanceMethod>> method = new SimpleObjectProperty<>(Optional.empty());
    /// What the map explains.
    final ObjectProperty<Score> score = new SimpleObjectProperty<>(new Score.Match());
    /// What a model that reads regions is given; empty: a scene's own boxes, or a grid over any other picture.
    final ObjectProperty<Optional<RegionSource>> regions = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<TokenStrip.Span>> words = new SimpleObjectProperty<>(Optional.empty());
    /// A patch, or a box of a model that reads regions.
    final ObjectProperty<Optional<Integer>> patch = new SimpleObjectProperty<>(Optional.empty());
    /// One of a model's learned queries.
    final ObjectProperty<Optional<Integer>> query = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<String> site = new SimpleObjectProperty<>("");
    final IntegerProperty layer = new SimpleIntegerProperty(0);
    final ObjectProperty<Integer> head = new SimpleObjectProperty<>(AttentionTrace.HEAD_MEAN);
    final ObjectProperty<ColorMap> colours = new SimpleObjectProperty<>(ColorMap.of(ColorMap.IDS.getFirst()));
    final BooleanProperty boxes = new SimpleBooleanProperty(false);
    final ObjectProperty<Hint> hint = new SimpleObjectProperty<>(Hint.WORD);
    private boolean patchFirst;

    InspectModel() {
        words.subscribe((old, now) -> patchFirst = now.isEmpty());
        patch.subscribe((old, now) -> patchFirst = now.isPresent());
    }

    /// @return the site that the head grid and the attention map show
    Optional<AttentionTrace.SiteTrace> chosenSite() {
        return result.get().flatMap(r -> r.trace().site(site.get()));
    }

    Choice choice() {
        return new Choice(words.get(), patch.get(), query.get(), patchFirst);
    }
}
