package org.diptych.app.finetune;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.LongProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleLongProperty;
import javafx.beans.property.SimpleObjectProperty;
import org.diptych.app.pairs.PairsModel;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.SetReport;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Terms;
import org.diptych.engine.api.TrainingControl;

/// What the form holds, and the run under way.
final class TeachModel {
    /// Which parts learn, as the form offers them.
    enum Trains {
        ALL, VISION, TEXT, PROJECTION, LAST,
        /// Parts that are named one by one.
        NAMED
    }

    /// All stages of the family's plan, one behind the other.
    static final String COURSE = "course";
    private static final String TOYBOX = "toybox";
    private static final int EVALUATIONS = 20;
    private static final int FEWEST_TO_CHECKPOINT = 100;
    private static final int VALIDATION = 128;
    private static final int LARGEST_PICTURE = 224;
    private static final double LARGEST_RATE = 0.9;

    final ObjectProperty<Optional<Start>> start = new SimpleObjectProperty<>(Optional.empty());
    /// The plan that holds all the form has no value of its own for: the family's usual one, or one that was given. Empty while none is known.
    final ObjectProperty<Optional<FineTunePlan>> base = new SimpleObjectProperty<>(Optional.empty());
    /// True when that plan was given: its name, and the model as it names it, are kept.
    final BooleanProperty given = new SimpleBooleanProperty();
    final ObjectProperty<Optional<Path>> folder = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<String> world = new SimpleObjectProperty<>("aligned");
    final ObjectProperty<String> language = new SimpleObjectProperty<>("en");
    final ObjectProperty<String> captions = new SimpleObjectProperty<>("mixed");
    final DoubleProperty noise = new SimpleDoubleProperty(0);
    final DoubleProperty hard = new SimpleDoubleProperty(0);
    /// What the set of a person's own holds, once it was looked at.
    final ObjectProperty<Optional<SetReport>> set = new SimpleObjectProperty<>(Optional.empty());
    /// What the run learns by, of what the chosen model offers.
    final ObjectProperty<List<Task>> objectives = new SimpleObjectProperty<>(List.of());
    final ObjectProperty<Trains> trains = new SimpleObjectProperty<>(Trains.ALL);
    /// True while a set is looked at that is to be learnt from.
    final BooleanProperty reading = new SimpleBooleanProperty();
    /// What learns as the model's paper has it: one of its stages, [#COURSE], or empty for the choice of parts.
    final ObjectProperty<String> stage = new SimpleObjectProperty<>("");
    /// What the plan would train; empty while it is counted, and for a plan that cannot be made.
    final ObjectProperty<Optional<PlanOutline>> outline = new SimpleObjectProperty<>(Optional.empty());
    /// What the plan would take of memory; empty until it is known.
    final ObjectProperty<Optional<PlanMemory>> memory = new SimpleObjectProperty<>(Optional.empty());
    /// Rank of the low-rank changes, 0 for none.
    final IntegerProperty lora = new SimpleIntegerProperty(0);
    /// Scale of these changes, 0 for twice the rank.
    final DoubleProperty loraAlpha = new SimpleDoubleProperty(0);
    final DoubleProperty rate = new SimpleDoubleProperty(1e-3);
    final IntegerProperty batch = new SimpleIntegerProperty(32);
    final IntegerProperty steps = new SimpleIntegerProperty(400);
    /// Share of the steps.
    final DoubleProperty warmup = new SimpleDoubleProperty(0.1);
    final LongProperty seed = new SimpleLongProperty(1);
    /// Steps between two evaluations, 0 for a twentieth of the run.
    final IntegerProperty evaluateEvery = new SimpleIntegerProperty(0);
    /// Steps between two checkpoints, 0 for as many as between evaluations, but 100 at least.
    final IntegerProperty checkpointEvery = new SimpleIntegerProperty(0);
    /// Micro-batches a step.
    final IntegerProperty accumulate = new SimpleIntegerProperty(1);
    /// Gradient checkpointing.
    final BooleanProperty checkpointing = new SimpleBooleanProperty();
    /// Precision of matrix products, as the plan names it.
    final ObjectProperty<String> precision = new SimpleObjectProperty<>(FineTunePlan.FP32);
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
    /// The step of it whose pairs are looked at.
    final PairsModel pairs = new PairsModel();
    /// Batch and objectives of the form when the run was paused or shown: what differs from them is to be changed.
    final ObjectProperty<Optional<Terms>> agreed = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<RunSummary.Status>> status = new SimpleObjectProperty<>(Optional.empty());

    /// @return true while the run steps or waits for its person
    boolean live() {
        return status.get().filter(s -> s == RunSummary.Status.RUNNING || s == RunSummary.Status.PAUSED).isPresent();
    }

    TeachModel() {
        run.subscribe(r -> pairs.run.set(r.map(control -> control)));
    }

    boolean paused() {
        return status.get().filter(s -> s == RunSummary.Status.PAUSED).isPresent();
    }

    /// @return what of the plan a run can be changed to on the way
    Terms terms() {
        return new Terms(rate.get(), batch.get(), base.get().map(this::weighted).orElse(Map.of()));
    }

    /// Takes what a run learns by as it stands, which may be something else than its plan says.
    void take(Terms terms) {
        rate.set(terms.rate());
        batch.set(terms.batch());
        if (!stage.get().equals(COURSE)) {
            objectives.set(terms.objectives().keySet().stream().flatMap(o -> Task.named(o).stream()).toList());
            set(new PlanValue("objectives"), terms.objectives());
        }
    }

    /// Changes a setting that the form has no value of its own for.
    void set(PlanValue setting, Object value) {
        base.set(base.get().map(plan -> setting.with(plan, value)));
    }

    /// Takes a family's plan as what the form's other settings begin with.
    void begin(FineTunePlan usual, Start from) {
        FineTunePlan.Data d = usual.data();
        int side = from.model().map(m -> Math.min(LARGEST_PICTURE, m.sceneSize())).orElse(d.pictureSize());
        given.set(false);
        evaluateEvery.set(0);
        checkpointEvery.set(0);
        base.set(Optional.of(usual.withData(new FineTunePlan.Data(d.source(), d.world(), d.language(), d.captions(),
                d.noise(), d.hardNegatives(), d.train(), Math.min(VALIDATION, d.validation()), side))));
    }

    /// Goes back to what the form shows of a model that was just chosen; a set of a person's own stays.
    void usual(FineTunePlan usual, Start from) {
        TeachModel first = new TeachModel();
        world.set(first.world.get());
        language.set(first.language.get());
        captions.set(first.captions.get());
        noise.set(first.noise.get());
        hard.set(first.hard.get());
        stage.set(first.stage.get());
        trains.set(first.trains.get());
        lora.set(first.lora.get());
        loraAlpha.set(first.loraAlpha.get());
        layerDecay.set(first.layerDecay.get());
        batch.set(first.batch.get());
        steps.set(first.steps.get());
        warmup.set(first.warmup.get());
        seed.set(first.seed.get());
        accumulate.set(first.accumulate.get());
        checkpointing.set(first.checkpointing.get());
        precision.set(first.precision.get());
        patience.set(first.patience.get());
        metric.set(first.metric.get());
        pins.set(first.pins.get());
        begin(usual, from);
    }

    /// Takes all of a plan; what [#plan] then gives is the same plan.
    ///
    /// @param from what the plan begins from
    void fill(FineTunePlan plan, Start from) {
        start.set(Optional.of(from)); // another start brings its own usual plan, so it goes first
        given.set(true);
        base.set(Optional.of(plan));
        FineTunePlan.Data d = plan.data();
        folder.set(d.source().equals(TOYBOX) ? Optional.empty() : Optional.of(Path.of(d.source())));
        world.set(d.world());
        language.set(d.language());
        captions.set(d.captions());
        noise.set(d.noise());
        hard.set(d.hardNegatives());
        objectives.set(plan.objectives().keySet().stream().flatMap(o -> Task.named(o).stream()).toList());
        stage.set(plan.stages().isEmpty() ? "" : COURSE);
        trains.set(Arrays.stream(Trains.values()).filter(t -> t != Trains.NAMED && plan.trains().frozen().isEmpty()
                && from.parts(t).equals(Optional.of(plan.trains().parts()))).findFirst().orElse(Trains.NAMED));
        lora.set(plan.lora().rank());
        loraAlpha.set(plan.lora().alpha());
        rate.set(plan.optimizer().rate());
        layerDecay.set(plan.optimizer().layerDecay());
        batch.set(plan.batch());
        steps.set(plan.steps());
        warmup.set((double) plan.schedule().warmup() / shortest(plan.stages()));
        seed.set(plan.seed());
        evaluateEvery.set(plan.evaluateEvery());
        checkpointEvery.set(plan.checkpointEvery());
        accumulate.set(plan.accumulate());
        checkpointing.set(plan.checkpointing());
        precision.set(plan.precision());
        patience.set(plan.earlyStop().patience());
        metric.set(plan.earlyStop().metric());
        pins.set(plan.moments().pairs());
    }

    int warmupSteps() {
        return warmupSteps(course());
    }

    /// @return steps of the shortest stage, whose warm-up is that of all
    int shortest() {
        return shortest(course());
    }

    /// @return the stages of the run, empty where it is one by itself
    List<FineTunePlan.Stage> course() {
        return stage.get().equals(COURSE) ? base.get().map(this::stages).orElse(List.of()) : List.of();
    }

    /// @return why the set has nothing for an objective, if so
    Optional<Message> lacks(Task task) {
        return set.get().flatMap(s -> s.lacks(task));
    }

    /// @return steps from one evaluation to the next
    int evaluations() {
        return evaluateEvery.get() > 0 ? evaluateEvery.get() : Math.max(1, steps.get() / EVALUATIONS);
    }

    /// @return steps from one checkpoint to the next
    int checkpoints() {
        return checkpointEvery.get() > 0 ? checkpointEvery.get() : Math.max(evaluations(), FEWEST_TO_CHECKPOINT);
    }

    /// @param base the plan whose other settings are kept
    /// @param name for a person, unless the base was given and has its own
    FineTunePlan plan(FineTunePlan base, Start from, String name) {
        FineTunePlan.Data d = base.data();
        FineTunePlan.Data data = new FineTunePlan.Data(source(d.source()), world.get(), language.get(), captions.get(),
                noise.get(), hard.get(), d.train(), d.validation(), d.pictureSize());
        FineTunePlan.Optimizer o = base.optimizer();
        List<FineTunePlan.Stage> stages = stage.get().equals(COURSE) ? stages(base) : List.of();
        boolean whole = given.get() || from.fresh();
        return new FineTunePlan(given.get() ? base.name() : name, given.get() ? base.model() : named(from),
                whole ? base.config() : Map.of(), whole ? base.startFrom() : Map.of(), data, weighted(base),
                base.lessons(), trains(base, from, stages), lora(base.lora()),
                new FineTunePlan.Optimizer(rate.get(), o.beta1(), o.beta2(), o.epsilon(), o.weightDecay(),
                        o.clipNorm(), layerDecay.get()),
                new FineTunePlan.Schedule(warmupSteps(stages), base.schedule().floor()), stages, steps.get(),
                batch.get(), seed.get(), evaluations(), checkpoints(), accumulate.get(),
                new FineTunePlan.EarlyStop(metric.get(), patience.get(), base.earlyStop().minDelta()),
                new FineTunePlan.Watch(base.moments().every(), base.moments().megabytes(), base.moments().share(),
                        pins.get()),
                checkpointing.get(), precision.get());
    }

    private static String named(Start from) {
        return from.model().map(m -> m.handle().equals(m.card().id()) ? m.handle() : m.origin())
                .orElse("fresh:" + from.card().id());
    }

    /// @param before as the plan named it, which is kept for the same place
    private String source(String before) {
        return folder.get().map(f -> f.equals(Path.of(before)) ? before : f.toString()).orElse(TOYBOX);
    }

    private FineTunePlan.Lora lora(FineTunePlan.Lora before) {
        int rank = lora.get();
        return rank == 0
                ? FineTunePlan.Lora.NONE
                : new FineTunePlan.Lora(rank, loraAlpha.get() > 0 ? loraAlpha.get() : 2.0 * rank, before.parts(),
                        before.projections().isEmpty() ? FineTunePlan.Lora.USUAL : before.projections());
    }

    private FineTunePlan.Trains trains(FineTunePlan base, Start from, List<FineTunePlan.Stage> stages) {
        if (!stages.isEmpty()) {
            return base.trains();
        }
        Optional<FineTunePlan.Trains> published = outline.get().map(o -> o.stages().get(stage.get()));
        return published.orElseGet(() -> trains.get() == Trains.NAMED
                ? base.trains()
                : new FineTunePlan.Trains(from.parts(trains.get()).orElse(List.of()), List.of()));
    }

    /// @return the plan's stages, with the form's steps shared out among them, its rate moving theirs, and what the set can teach
    private List<FineTunePlan.Stage> stages(FineTunePlan base) {
        double faster = rate.get() / base.optimizer().rate();
        return base.stretched(steps.get()).stages().stream()
                .map(each -> new FineTunePlan.Stage(each.name(), each.steps(), each.trains(), possible(each),
                        faster == 1 ? each.rate() : Math.min(LARGEST_RATE, each.rate() * faster)))
                .toList();
    }

    /// @return the stage's objectives without those that the set has nothing for, unless that is all of them; those of a plan that was given as they are
    private Map<String, Double> possible(FineTunePlan.Stage stage) {
        Map<String, Double> out = new LinkedHashMap<>(stage.objectives());
        out.keySet().removeIf(name -> Task.named(name).flatMap(this::lacks).isPresent());
        return given.get() || out.isEmpty() ? stage.objectives() : out;
    }

    /// The share is that of each stage, so the shortest one decides.
    private int warmupSteps(List<FineTunePlan.Stage> stages) {
        return (int) Math.round(warmup.get() * shortest(stages));
    }

    private int shortest(List<FineTunePlan.Stage> stages) {
        return stages.stream().mapToInt(FineTunePlan.Stage::steps).min().orElse(steps.get());
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
