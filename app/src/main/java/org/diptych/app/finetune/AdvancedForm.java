package org.diptych.app.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.BooleanBinding;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.Property;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;

/// Everything of a plan that a first run does not need, in groups that fold.
final class AdvancedForm extends VBox {
    private static final int MOST_PATIENCE = 20;
    private static final int MOST_SEED = 99;
    private static final double MOST_WARMUP = 0.5;
    private static final double STEEPEST = 0.5;
    private static final int FINE = 100;
    private static final List<String> METRICS = List.of("validation.loss", "validation.r1");

    private final I18n i18n;
    private final TeachModel model;
    private final ChoiceRow<TeachModel.Trains> trains;
    private final Label fewer = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    /// What a run keeps as it was started with.
    private final List<Node> fixed = new ArrayList<>();

    AdvancedForm(AppContext context, TeachModel model, TeachController controller) {
        super(4);
        this.i18n = context.i18n();
        this.model = model;
        setId("finetune-advanced");
        trains = choice("finetune.trains", List.of(), t -> "finetune.trains." + lower(t), model.trains);
        CountPane counts = new CountPane(context, model, controller);
        MemoryPane memory = new MemoryPane(context, model, controller);
        RatePane rates = new RatePane(i18n, model, controller);
        PinsPane pins = new PinsPane(context, model, controller);
        List<Node> course = new ArrayList<>(List.of(new StagePane(i18n, model, controller), trains, fewer));
        course.addAll(named());
        course.addAll(lora());
        course.add(layers());
        FormGroup learns = group(context, "learns", course);
        ((VBox) learns.getContent()).getChildren().add(counts);
        FormGroup steps = group(context, "batch", List.of(batch(), accumulate(),
                new PrecisionPane(i18n, model, context.engine().lacksBf16()), new CheckpointingPane(i18n, model)));
        ((VBox) steps.getContent()).getChildren().add(memory);
        FormGroup optimizer = group(context, "optimizer", optimizer());
        ((VBox) optimizer.getContent()).getChildren().add(rates);
        FormGroup moments = group(context, "moments", all("finetune.moments.", PlanNumber.MOMENTS));
        ((VBox) moments.getContent()).getChildren().addFirst(pins);
        getChildren().addAll(group(context, "data", data()), group(context, "lessons", lessons()), learns, steps,
                optimizer, group(context, "run", run()), moments);
    }

    private FormGroup group(AppContext context, String name, List<? extends Node> rows) {
        fixed.addAll(rows);
        return new FormGroup(context, name, rows.toArray(Node[]::new));
    }

    /// @param live true while a run goes on
    void lock(boolean live) {
        fixed.forEach(n -> n.setDisable(live));
    }

    /// Offers only parts that the chosen model has; if some are left out, it says why.
    void offerParts() {
        Optional<Start> start = model.start.get();
        List<TeachModel.Trains> can = List.of(TeachModel.Trains.values()).stream()
                .filter(t -> start.flatMap(s -> s.parts(t)).isPresent()).toList();
        if (!can.isEmpty() && !can.contains(model.trains.get())) {
            model.trains.set(can.getFirst());
        }
        trains.offer(can);
        fewer.setText(i18n.get("finetune.trains.fewer"));
        Ui.show(fewer, start.isPresent() && can.size() < TeachModel.Trains.values().length);
    }

    private List<Node> data() {
        VBox toybox = new VBox(8,
                choice("finetune.world", List.of("aligned", "loose", "free"), v -> "finetune.world." + v, model.world),
                choice("finetune.language", List.of("en", "zh"), v -> "finetune.language." + v, model.language),
                choice("finetune.captions", List.of("short", "full", "mixed"), v -> "finetune.captions." + v,
                        model.captions),
                share("finetune.noise", PlanNumber.NOISE, model.noise),
                share("finetune.hard", PlanNumber.HARD, model.hard),
                number("finetune.pictureSize", PlanNumber.SIDE));
        model.folder.subscribe(f -> Ui.show(toybox, f.isEmpty()));
        return List.of(toybox, number("finetune.train", PlanNumber.TRAIN),
                number("finetune.validation", PlanNumber.VALIDATION));
    }

    private NumberRow share(String key, PlanNumber number, DoubleProperty value) {
        return new NumberRow(i18n, key, number, value::get, value::set)
                .slider(0, 1, v -> v, v -> Math.round(v * 20) / 20.0).follow(value);
    }

    private List<Node> lessons() {
        WeightsPane weights = new WeightsPane(i18n, model);
        model.stage.subscribe(s -> weights.setDisable(s.equals(TeachModel.COURSE)));
        List<Node> out = new ArrayList<>(List.of(new VBox(weights),
                kept("finetune.tasks", "lessons/tasks", List.of("all", "one")),
                kept("finetune.masking", "lessons/masking", List.of("dynamic", "static")),
                kept("finetune.rule", "lessons/rule", List.of("bert", "whole", "roberta")),
                kept("finetune.joint", "lessons/joint", List.of(false, true))));
        out.addAll(all("finetune.lessons.", PlanNumber.LESSONS));
        out.add(codes());
        return out;
    }

    private NamesRow codes() {
        PlanValue value = new PlanValue("lessons/codes");
        return NamesRow.one(i18n, "finetune.codes", "finetune.codes.own",
                () -> model.base.get().map(b -> (String) value.of(b)).orElse(""), v -> model.set(value, v))
                .follow(model.base);
    }

    private List<Node> named() {
        BooleanBinding elsewhere = Bindings.createBooleanBinding(
                () -> model.trains.get() != TeachModel.Trains.NAMED || !model.stage.get().isEmpty(), model.trains,
                model.stage);
        trains.lock(model.stage.map(s -> !s.isEmpty()), "finetune.stages.locked");
        return List.of(names("finetune.parts", "finetune.parts.all", "trains/parts")
                .lock(elsewhere, "finetune.parts.locked"),
                names("finetune.frozen", "finetune.frozen.none", "trains/frozen")
                        .lock(elsewhere, "finetune.parts.locked"));
    }

    private List<Node> lora() {
        ChoiceRow<Integer> rank = new ChoiceRow<>(i18n, "finetune.lora", List.of(0, 4, 8, 16, 32, 64),
                r -> r == 0 ? i18n.get("finetune.lora.none") : i18n.get("finetune.lora.rank", r), model.lora::get,
                r -> {
                    model.loraAlpha.set(0); // twice the rank again
                    model.lora.set(r);
                }).follow(model.lora);
        ObservableValue<Boolean> none = model.lora.map(r -> r.intValue() == 0);
        return List.of(rank, new NumberRow(i18n, "finetune.lora.alpha", PlanNumber.ALPHA,
                () -> model.loraAlpha.get() > 0 ? model.loraAlpha.get() : 2.0 * model.lora.get(),
                model.loraAlpha::set).follow(model.lora, model.loraAlpha).lock(none, "finetune.lora.locked"),
                names("finetune.lora.parts", "finetune.lora.parts.all", "lora/parts")
                        .lock(none, "finetune.lora.locked"));
    }

    private NumberRow layers() {
        Label note = i18n.label("finetune.layers.note");
        model.layerDecay.subscribe(d -> Ui.show(note, d.doubleValue() < 1));
        return new NumberRow(i18n, "finetune.layers", PlanNumber.LAYERS, model.layerDecay::get,
                model.layerDecay::set)
                .slider(STEEPEST, 1, v -> v, v -> Math.round(v * FINE) / (double) FINE).follow(model.layerDecay)
                .note(note);
    }

    private NumberRow batch() {
        return new NumberRow(i18n, "finetune.batch", PlanNumber.BATCH, model.batch::get,
                v -> model.batch.set((int) v))
                .slider(power(TeachForm.SMALLEST_BATCH), 8, AdvancedForm::power, v -> 1 << (int) Math.round(v))
                .follow(model.batch);
    }

    private NumberRow accumulate() {
        Label note = i18n.label("finetune.accumulate.note");
        model.accumulate.subscribe(n -> Ui.show(note, n.intValue() > 1));
        return new NumberRow(i18n, "finetune.accumulate", PlanNumber.PARTS, model.accumulate::get,
                v -> model.accumulate.set((int) v))
                .slider(0, power(TeachForm.MOST_PARTS), AdvancedForm::power, v -> 1 << (int) Math.round(v))
                .follow(model.accumulate).note(note);
    }

    private List<Node> optimizer() {
        NumberRow warmup = new NumberRow(i18n, "finetune.warmup", PlanNumber.WARMUP, model::warmupSteps,
                v -> model.warmup.set(v / model.shortest()))
                .slider(0, MOST_WARMUP, v -> v / model.shortest(), v -> v * model.shortest())
                .follow(model.warmup, model.steps, model.stage, model.base);
        List<Node> out = new ArrayList<>(List.of(warmup, number("finetune.floor", PlanNumber.FLOOR)));
        out.addAll(all("finetune.", PlanNumber.OPTIMIZER));
        return out;
    }

    private List<Node> run() {
        ObservableValue<Boolean> never = model.patience.map(n -> n.intValue() == 0);
        Label after = new Label();
        after.textProperty().bind(i18n.compute(() -> model.patience.get() == 0
                ? i18n.get("finetune.patience.never")
                : i18n.get("finetune.patience.after", model.patience.get()), model.patience));
        return List.of(new NumberRow(i18n, "finetune.seed", PlanNumber.SEED, model.seed::get,
                v -> model.seed.set((long) v)).slider(0, MOST_SEED, v -> v, Math::rint).follow(model.seed),
                every("finetune.evaluateEvery", PlanNumber.EVALUATE, model.evaluateEvery, model::evaluations),
                every("finetune.checkpointEvery", PlanNumber.CHECKPOINT, model.checkpointEvery, model::checkpoints),
                new NumberRow(i18n, "finetune.patience", PlanNumber.PATIENCE, model.patience::get,
                        v -> model.patience.set((int) v)).slider(0, MOST_PATIENCE, v -> v, Math::rint)
                        .follow(model.patience).note(after),
                new ChoiceRow<>(i18n, "finetune.metric", METRICS,
                        m -> METRICS.contains(m) ? i18n.get("finetune.metric." + m) : m, model.metric::get,
                        model.metric::set).follow(model.metric).lock(never, "finetune.patience.locked"),
                number("finetune.minDelta", PlanNumber.GAIN).lock(never, "finetune.patience.locked"));
    }

    /// A distance that follows the length of the run until it is set.
    private NumberRow every(String key, PlanNumber number, IntegerProperty value, IntSupplier now) {
        return new NumberRow(i18n, key, number, now::getAsInt, v -> value.set((int) v))
                .follow(value, model.evaluateEvery, model.steps);
    }

    /// @return a row for each, named by the last part of its path
    private List<NumberRow> all(String prefix, List<PlanNumber> numbers) {
        return numbers.stream().map(n -> number(prefix + n.path().replaceAll(".*/", ""), n)).toList();
    }

    /// A number that only the plan has.
    private NumberRow number(String key, PlanNumber number) {
        return new NumberRow(i18n, key, number, () -> model.base.get().map(number::of).orElse(number.least()),
                v -> model.set(new PlanValue(number.path()), v)).follow(model.base);
    }

    /// A choice that only the plan has.
    @SuppressWarnings("unchecked")
    private <T> ChoiceRow<T> kept(String key, String path, List<T> items) {
        PlanValue value = new PlanValue(path);
        return new ChoiceRow<>(i18n, key, items, v -> i18n.get(key + "." + v),
                () -> model.base.get().map(b -> (T) value.of(b)).orElse(items.getFirst()), v -> model.set(value, v))
                .follow(model.base);
    }

    @SuppressWarnings("unchecked")
    private NamesRow names(String key, String none, String path) {
        PlanValue value = new PlanValue(path);
        return new NamesRow(i18n, key, none, () -> model.base.get().map(b -> (List<String>) value.of(b))
                .orElse(List.of()), v -> model.set(value, v)).follow(model.base);
    }

    private <T> ChoiceRow<T> choice(String key, List<T> items, Function<T, String> name, Property<T> value) {
        return new ChoiceRow<>(i18n, key, items, v -> i18n.get(name.apply(v)), value::getValue, value::setValue)
                .follow(value);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /// @return as a power of two
    private static double power(double value) {
        return Math.log(value) / Math.log(2);
    }
}
