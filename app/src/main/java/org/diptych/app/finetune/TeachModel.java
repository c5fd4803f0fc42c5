package org.diptych.app.finetune;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.TrainingControl;

/// What the form holds, and the run under way.
final class TeachModel {
    /// Which parts learn, as the form offers them.
    enum Trains {
        ALL, VISION, TEXT, PROJECTION, LAST
    }

    /// All stages of the family's plan, one behind the other.
    static final String COURSE = "course";
    private static final int EVALUATIONS = 20;
    private static final int VALIDATION = 128;
    private static final int LARGEST_PICTURE = 224;
    private static final double LARGEST_RATE = 0.9;

    final ObjectProperty<Optional<Start>> start = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<Path>> folder = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<String> world = new SimpleObjectProperty<>("aligned");
    final ObjectProperty<String> language = new SimpleObjectProperty<>("en");
    final ObjectProperty<String> captions = new SimpleObjectProperty<>("mixed");
    final DoubleProperty noise = new SimpleDoubleProperty(0);
    final DoubleProperty hard = new SimpleDoubleProperty(0);
    /// What the run learns by, of what the chosen model offers.
    final ObjectProperty<List<Task>> objectives = new SimpleObjectProperty<>(List.of());
    final ObjectProperty<Trains> trains = new SimpleObjectProperty<>(Trains.ALL);
    /// What learns as the model's paper has it: one of its stages, [#COURSE], or empty for the choice of parts.
    final ObjectProperty<String> stage = new SimpleObjectProperty<>("");
    /// What the plan would train; empty while it is counted, and for a plan that cannot be made.
    final ObjectProperty<Optional<PlanOutline>> outline = new SimpleObjectProperty<>(Optional.empty());
    /// What the plan would take of memory; empty until it is known.
    final ObjectProperty<Optional<PlanMemory>> memory = new SimpleObjectProperty<>(Optional.empty());
    /// Rank of the low-rank changes, 0 for none.
    final IntegerProperty lora = new SimpleIntegerProperty(0);
    final DoubleProperty rate = new SimpleDoubleProperty(1e-3);
    final IntegerProperty batch = new SimpleIntegerProperty(32);
    final IntegerProperty steps = new SimpleIntegerProperty(400);
    /// Share of the steps.
    final DoubleProperty warmup = new SimpleDoubleProperty(0.1);
    final IntegerProperty seed = new SimpleIntegerProperty(1);
    /// Micro-batches a step.
    final IntegerProperty accumulate = new SimpleIntegerProperty(1);
    /// Gradient checkpointing.
    final BooleanProperty checkpointing = new SimpleBooleanProperty();
    /// Factor of the rate from each layer to the one below, 1 = the same rate for all.
    final DoubleProperty layerDecay = new SimpleDoubleProperty(1);
    /// Evaluations without a gain after which the run ends, 0 = never.
    final IntegerProperty patience = new SimpleIntegerProperty(0);
    final ObjectProperty<String> metric = new SimpleObjectProperty<>("validation.loss");
    /// Places in the probe set of the pairs that the run's moments watch.
    final ObjectProperty<List<Integer>> pins = new SimpleObjectProperty<>(FineTunePlan.Watch.USUAL.pairs());
    /// True from the click to the moment at which the run exists.
    final BooleanProperty starting = new SimpleBooleanProperty(false);
    final ObjectProperty<Optional<TrainingControl>> run = new SimpleObjectProperty<>(Optional.empty());
    /// The step whose pairs are looked at.
    final ObjectProperty<OptionalInt> picked = new SimpleObjectProperty<>(OptionalInt.empty());
    final ObjectProperty<Optional<RunSummary.Status>> status = new SimpleObjectProperty<>(Optional.empty());

    /// Looks at the pairs of a step, or of the one nearest to it that the run has drawn.
    void pick(int step) {
        run.get().ifPresent(r -> picked
                .set(OptionalInt
                        .of(Math.clamp(step, 1, Math.max(1, Math.min(drawn(r), r.log().header().plan().steps()))))));
    }

    /// @return the step that comes next, whose batch is drawn already
    static int drawn(TrainingControl run) {
        int size = run.log().size();
        return size == 0 ? 1 : run.log().since(size - 1).getFirst().step() + 1;
    }

    /// @return true while the run steps or waits for its person
    boolean live() {
        return status.get().filter(s -> s == RunSummary.Status.RUNNING || s == RunSummary.Status.PAUSED).isPresent();
    }

    int warmupSteps() {
        return warmupSteps(List.of());
    }

    /// @param base the plan whose other settings are kept
    /// @param name for a person
    FineTunePlan plan(FineTunePlan base, Start from, String name) {
        FineTunePlan.Data d = base.data();
        int side = from.model().map(m -> Math.min(LARGEST_PICTURE, m.sceneSize())).orElse(d.pictureSize());
        FineTunePlan.Data data = new FineTunePlan.Data(folder.get().map(Path::toString).orElse("toybox"), world.get(),
                language.get(), captions.get(), noise.get(), hard.get(), d.train(),
                Math.min(VALIDATION, d.validation()), side);
        FineTunePlan.Optimizer o = base.optimizer();
        int every = Math.max(1, steps.get() / EVALUATIONS);
        List<FineTunePlan.Stage> stages = stage.get().equals(COURSE) && from.fresh() ? stages(base) : List.of();
        String model = from.model()
                .map(m -> m.handle().equals(m.card().id()) ? m.handle() : m.origin())
                .orElse("fresh:" + from.card().id());
        return new FineTunePlan(name, model, from.fresh() ? base.config() : Map.of(),
                from.fresh() ? base.startFrom() : Map.of(), data,
                weighted(base), base.lessons(),
                trains(base, from, stages), FineTunePlan.Lora.of(lora.get()),
                new FineTunePlan.Optimizer(rate.get(), o.beta1(), o.beta2(), o.epsilon(), o.weightDecay(),
                        o.clipNorm(), layerDecay.get()),
                new FineTunePlan.Schedule(warmupSteps(stages), base.schedule().floor()), stages, steps.get(),
                batch.get(), seed.get(), every, Math.max(every, 100), accumulate.get(),
                new FineTunePlan.EarlyStop(metric.get(), patience.get(), base.earlyStop().minDelta()),
                new FineTunePlan.Watch(base.moments().every(), base.moments().megabytes(), base.moments().share(),
                        pins.get()),
                checkpointing.get());
    }

    private FineTunePlan.Trains trains(FineTunePlan base, Start from, List<FineTunePlan.Stage> stages) {
        return stages.isEmpty()
                ? outline.get().map(o -> o.stages().get(stage.get()))
                        .orElseGet(() -> new FineTunePlan.Trains(from.parts(trains.get()).orElse(List.of()),
                                List.of()))
                : base.trains();
    }

    /// @return the plan's stages, with the form's steps shared out among them and its rate moving theirs
    private List<FineTunePlan.Stage> stages(FineTunePlan base) {
        return base.stretched(steps.get()).stages().stream()
                .map(each -> new FineTunePlan.Stage(each.name(), each.steps(),
                        each.trains(), each.objectives(),
                        Math.min(LARGEST_RATE, each.rate() * rate.get() / base.optimizer().rate())))
                .toList();
    }

    /// The share is that of each stage, so the shortest one decides.
    private int warmupSteps(List<FineTunePlan.Stage> stages) {
        return (int) Math.round(
                warmup.get() * stages.stream().mapToInt(FineTunePlan.Stage::steps).min().orElse(steps.get()));
    }

    /// @return the chosen objectives with the weights that the plan gives them
    private Map<String, Double> weighted(FineTunePlan base) {
        Map<String, Double> out = new LinkedHashMap<>();
        for (Task task : objectives.get()) {
            out.put(task.plan(), base.objectives().getOrDefault(task.plan(), 1.0));
        }
        return out.isEmpty() ? base.objectives() : out;
    }
}
