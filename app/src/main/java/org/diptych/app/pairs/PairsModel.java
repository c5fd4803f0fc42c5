package org.diptych.app.pairs;

import java.util.Optional;
import java.util.OptionalInt;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import org.diptych.engine.api.RunPairs;

/// The run whose pairs can be looked at, and the step that is.
public final class PairsModel {
    public final ObjectProperty<Optional<RunPairs>> run = new SimpleObjectProperty<>(Optional.empty());
    /// The step whose pairs are looked at.
    public final ObjectProperty<OptionalInt> picked = new SimpleObjectProperty<>(OptionalInt.empty());

    /// Looks at the pairs of a step, or of the one nearest to it that the run has drawn.
    public void pick(int step) {
        run.get().ifPresent(r -> picked.set(OptionalInt.of(Math.clamp(step, 1, last(r)))));
    }

    public void close() {
        picked.set(OptionalInt.empty());
    }

    /// @return the last step whose pairs there are
    static int last(RunPairs run) {
        return Math.max(1, Math.min(drawn(run), run.log().header().plan().steps()));
    }

    /// @return the step that comes next, whose batch is drawn already
    public static int drawn(RunPairs run) {
        int size = run.log().size();
        return size == 0 ? 1 : run.log().since(size - 1).getFirst().step() + 1;
    }
}
