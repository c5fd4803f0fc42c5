package org.diptych.app.finetune;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;

/// What the form holds, and the run under way.
final class TeachModel {
    /// Which parts learn, as the form offers them.
    enum Trains {
        ALL, VISION, TEXT, PROJECTION, LAST
    }

    /// True: begin from nothing; false: from the chosen model.
    final ObjectProperty<Boolean> fresh = new SimpleObjectProperty<>(true);
    final ObjectProperty<Optional<Path>> folder = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<String> world = new SimpleObjectProperty<>("aligned");
    final DoubleProperty noise = new SimpleDoubleProperty(0);
    final DoubleProperty hard = new SimpleDoubleProperty(0);
    final ObjectProperty<Trains> trains = new SimpleObjectProperty<>(Trains.ALL);
    final DoubleProperty rate = new SimpleDoubleProperty(1e-3);
    final IntegerProperty batch = new SimpleIntegerProperty(32);
    final IntegerProperty steps = new SimpleIntegerProperty(400);
    final IntegerProperty seed = new SimpleIntegerProperty(1);
    final ObjectProperty<Optional<TrainingControl>> run = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<RunSummary.Status>> status = new SimpleObjectProperty<>(Optional.empty());

    /// @param base  the plan whose other settings are kept
    /// @param model what to start from: `fresh:clip`, a bundled id or a path
    /// @param layers parts of the model, to find its last ones
    FineTunePlan plan(FineTunePlan base, String model, List<String> layers) {
        FineTunePlan.Data d = base.data();
        String source = folder.get().map(Path::toString).orElse("toybox");
        FineTunePlan.Data data = new FineTunePlan.Data(source, world.get(), d.language(), d.captions(), noise.get(),
                hard.get(), d.train(), Math.min(128, d.validation()),
                d.pictureSize());
        FineTunePlan.Optimizer o = base.optimizer();
        int every = Math.max(1, steps.get() / 20);
        return new FineTunePlan(model.startsWith("fresh:") ? "CLIP · new" : "CLIP · taught", model, base.config(), data,
                base.objectives(), trains(layers),
                new FineTunePlan.Optimizer(rate.get(), o.beta1(), o.beta2(), o.epsilon(), o.weightDecay(),
                        o.clipNorm()),
                new FineTunePlan.Schedule(Math.min(steps.get() / 10, 100), base.schedule().floor()), steps.get(),
                batch.get(), seed.get(), every, Math.max(every, 100));
    }

    private FineTunePlan.Trains trains(List<String> layers) {
        List<String> projections = layers.stream().filter(l -> l.endsWith("projection") || l.equals("logit_scale"))
                .toList();
        return new FineTunePlan.Trains(switch (trains.get()) {
            case ALL -> List.of();
            case VISION ->
                with(projections, layers.stream().filter(l -> l.equals("vision_model") || l.equals("visual")).toList());
            case TEXT -> with(projections, layers.stream().filter(l -> l.equals("text_model")).toList());
            case PROJECTION -> projections;
            case LAST -> with(projections, List.of(last(layers, "vision_model"), last(layers, "text_model")).stream()
                    .filter(l -> !l.isEmpty()).toList());
        }, List.of());
    }

    private static List<String> with(List<String> a, List<String> b) {
        return java.util.stream.Stream.concat(a.stream(), b.stream()).toList();
    }

    private static String last(List<String> layers, String tower) {
        return layers.stream().filter(l -> l.startsWith(tower + ".") && l.matches(".*\\d")).reduce((a, b) -> b)
                .orElse("");
    }
}
