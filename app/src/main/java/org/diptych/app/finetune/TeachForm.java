package org.diptych.app.finetune;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import javafx.beans.property.Property;
import javafx.collections.ListChangeListener;
import javafx.scene.Node;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import javafx.util.StringConverter;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.LoadedModel;

/// The left column: what learns, from what, how fast. While a run goes on only its rate can be changed.
final class TeachForm extends VBox {
    static final int SMALLEST_BATCH = 8;
    /// The smallest batch leaves two pairs to each.
    static final int MOST_PARTS = 4;
    private static final int MOST_PATIENCE = 20;
    private static final List<String> METRICS = List.of("validation.loss", "validation.r1");

    private final AppContext context;
    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;
    private final ComboBox<Start> from = new ComboBox<>();
    private final ChoiceBox<TeachModel.Trains> trains = new ChoiceBox<>();
    private final Label fewer = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final StagePane stages;
    private final ObjectivesPane objectives;
    private final ChoiceBox<Boolean> data = new ChoiceBox<>();
    /// All but the rate: a run keeps what it was started with.
    private final List<Node> fixed = new ArrayList<>();

    TeachForm(AppContext context, TeachModel model, TeachController controller) {
        super(6);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        objectives = new ObjectivesPane(i18n, model);
        stages = new StagePane(i18n, model, controller);
        CountPane counts = new CountPane(context, model, controller);
        ChoiceBox<Integer> lora = lora();
        LayersPane layers = new LayersPane(i18n, model);
        CheckpointingPane checkpointing = new CheckpointingPane(i18n, model);
        starts();
        datas();
        VBox toybox = toybox();
        trains.setConverter(converter(t -> i18n.get("finetune.trains." + lower(t))));
        trains.setId("finetune-trains");
        trains.valueProperty().subscribe(t -> {
            if (t != null) {
                model.trains.set(t);
            }
        });
        Label locked = Ui.styled(Ui.wrapped(i18n.label("finetune.locked")), "muted", "small");
        getChildren().addAll(locked, titled("finetune.model", from), titled("finetune.data", data), toybox,
                titled("finetune.objectives", objectives), stages, titled("finetune.trains", trains), fewer,
                titled("finetune.lora", lora), counts,
                new MemoryPane(context, model, controller), rate(), layers,
                slider("finetune.batch", power(SMALLEST_BATCH), 8, power(model.batch.get()), v -> {
                    model.batch.set(1 << (int) Math.round(v));
                    return Integer.toString(model.batch.get());
                }), slider("finetune.steps", 1, 4, Math.log10(model.steps.get()), v -> {
                    model.steps.set((int) Math.round(Math.pow(10, v) / 10) * 10);
                    return Integer.toString(model.steps.get());
                }), warmup(), new RatePane(i18n, model, controller),
                slider("finetune.seed", 0, 99, model.seed.get(), v -> {
                    model.seed.set((int) Math.round(v));
                    return Integer.toString(model.seed.get());
                }), accumulate(), checkpointing, patience(), new PinsPane(context, model, controller));
        fixed.addAll(List.of(from, data, toybox, objectives, stages, lora, layers, checkpointing));
        model.stage.subscribe(s -> lock(locked));
        model.status.subscribe(s -> lock(locked));
        model.starting.subscribe(s -> lock(locked));
        model.start.subscribe(s -> {
            controller.usualObjectives();
            objectives.offer(controller.offered());
            offerParts();
        });
        model.folder.subscribe(f -> Ui.show(toybox, f.isEmpty()));
        i18n.textsProperty().subscribe(t -> {
            refresh(from);
            refresh(data);
            refresh(trains);
            objectives.offer(controller.offered());
            offerParts();
        });
    }

    private void lock(Label why) {
        boolean live = model.live() || model.starting.get();
        fixed.forEach(n -> n.setDisable(live));
        objectives.setDisable(live || model.stage.get().equals(TeachModel.COURSE));
        trains.setDisable(live || !model.stage.get().isEmpty());
        Ui.show(why, live);
    }

    private void starts() {
        from.setId("finetune-start");
        from.setConverter(converter(this::name));
        from.setCellFactory(list -> new StartCell(i18n, this::name));
        context.loaded().addListener((ListChangeListener<LoadedModel>) change -> fillStarts());
        from.valueProperty().subscribe(chosen -> {
            if (chosen != null && chosen.why().isEmpty()) {
                model.start.set(Optional.of(chosen));
            } else if (chosen != null) {
                model.start.get().ifPresent(from::setValue);
            }
        });
        fillStarts();
    }

    private void fillStarts() {
        Optional<Start> before = model.start.get();
        List<Start> now = controller.starts();
        from.getItems().setAll(now);
        Start same = before.flatMap(b -> now.stream().filter(s -> s.why().isEmpty() && s.same(b)).findFirst())
                .orElseGet(() -> now.stream().filter(s -> s.why().isEmpty()).findFirst().orElse(null));
        from.setValue(same);
    }

    private String name(Start start) {
        return start.model().map(m -> i18n.get("finetune.model.from", m.title()))
                .orElseGet(() -> i18n.get("finetune.model.fresh", start.card().title()));
    }

    /// Only parts that the chosen model has; if some are left out, it says why.
    private void offerParts() {
        Optional<Start> start = model.start.get();
        List<TeachModel.Trains> can = List.of(TeachModel.Trains.values()).stream()
                .filter(t -> start.flatMap(s -> s.parts(t)).isPresent()).toList();
        TeachModel.Trains before = model.trains.get();
        if (!trains.getItems().equals(can)) {
            trains.getItems().setAll(can);
        }
        trains.setValue(can.contains(before) || can.isEmpty() ? before : can.getFirst());
        fewer.setText(i18n.get("finetune.trains.fewer"));
        Ui.show(fewer, start.isPresent() && can.size() < TeachModel.Trains.values().length);
    }

    private ChoiceBox<Integer> lora() {
        ChoiceBox<Integer> box = new ChoiceBox<>();
        box.getItems().setAll(0, 4, 8, 16);
        box.setId("finetune-lora");
        box.setConverter(converter(r -> r == 0 ? i18n.get("finetune.lora.none") : i18n.get("finetune.lora.rank", r)));
        box.setTooltip(i18n.tooltip("finetune.lora.why"));
        box.setValue(0);
        box.valueProperty().subscribe(r -> {
            if (r != null) {
                model.lora.set(r);
            }
        });
        i18n.textsProperty().subscribe(t -> refresh(box));
        return box;
    }

    private void datas() {
        data.getItems().setAll(true, false);
        data.setId("finetune-data");
        data.setConverter(converter(toybox -> toybox
                ? i18n.get("finetune.data.toybox")
                : model.folder.get().map(f -> i18n.get("finetune.data.folder.chosen", f.getFileName()))
                        .orElse(i18n.get("finetune.data.folder"))));
        data.setValue(true);
        data.setOnAction(e -> {
            if (data.getValue() == null) {
                return; // its items are being set anew
            }
            if (data.getValue()) {
                model.folder.set(Optional.empty());
            } else if (model.folder.get().isEmpty()) {
                File chosen = new DirectoryChooser().showDialog(context.window().get());
                Optional.ofNullable(chosen).map(File::toPath).ifPresent(controller::learnFrom);
                data.setValue(model.folder.get().isEmpty());
            }
        });
        model.folder.subscribe(f -> {
            data.setValue(f.isEmpty());
            refresh(data);
        });
    }

    private VBox toybox() {
        ChoiceBox<String> world = choice("finetune.world", List.of("aligned", "loose", "free"), model.world);
        ChoiceBox<String> language = choice("finetune.language", List.of("en", "zh"), model.language);
        ChoiceBox<String> captions = choice("finetune.captions", List.of("short", "full", "mixed"), model.captions);
        HBox two = new HBox(8, titled("finetune.language", language), titled("finetune.captions", captions));
        two.getChildren().forEach(n -> HBox.setHgrow(n, Priority.ALWAYS));
        return new VBox(6, titled("finetune.world", world), two,
                slider("finetune.noise", 0, 1, model.noise.get(), v -> {
                    model.noise.set(Math.round(v * 20) / 20.0);
                    return percent(model.noise.get());
                }), slider("finetune.hard", 0, 1, model.hard.get(), v -> {
                    model.hard.set(Math.round(v * 20) / 20.0);
                    return percent(model.hard.get());
                }));
    }

    private VBox accumulate() {
        VBox parts = slider("finetune.accumulate", 0, power(MOST_PARTS), power(model.accumulate.get()), v -> {
            model.accumulate.set(1 << (int) Math.round(v));
            return Integer.toString(model.accumulate.get());
        });
        Label note = Ui.styled(Ui.wrapped(i18n.label("finetune.accumulate.note")), "muted", "small");
        model.accumulate.subscribe(n -> Ui.show(note, n.intValue() > 1));
        parts.getChildren().add(note);
        return parts;
    }

    private VBox patience() {
        ChoiceBox<String> metric = choice("finetune.metric", METRICS, model.metric);
        VBox which = titled("finetune.metric", metric);
        Slider slider = new Slider(0, MOST_PATIENCE, model.patience.get());
        slider.setId("finetune-patience");
        Label value = new Label();
        Runnable say = () -> value.setText(model.patience.get() == 0
                ? i18n.get("finetune.patience.never")
                : i18n.get("finetune.patience.after", model.patience.get()));
        slider.valueProperty().subscribe(v -> model.patience.set((int) Math.round(v.doubleValue())));
        model.patience.subscribe(n -> {
            say.run();
            Ui.show(which, n.intValue() > 0);
        });
        i18n.textsProperty().subscribe(t -> say.run());
        fixed.addAll(List.of(slider, metric));
        return new VBox(6, new VBox(2, heading("finetune.patience", value), slider), which);
    }

    private VBox rate() {
        Slider slider = new Slider(-5, -2, Math.log10(model.rate.get()));
        slider.setId("finetune-rate");
        Label value = new Label();
        slider.valueProperty().subscribe(v -> {
            double rate = Math.pow(10, v.doubleValue());
            if (Math.abs(rate / model.rate.get() - 1) > 1e-9) {
                model.rate.set(rate);
                controller.setRate(rate);
            }
        });
        model.rate.subscribe(r -> {
            value.setText(String.format(Locale.ROOT, "%.1e", r.doubleValue()));
            slider.setValue(Math.log10(r.doubleValue()));
        });
        return new VBox(2, heading("finetune.rate", value), slider);
    }

    private VBox warmup() {
        Slider slider = new Slider(0, 0.5, model.warmup.get());
        slider.setId("finetune-warmup");
        Label value = new Label();
        Runnable say = () -> value.setText(Integer.toString(model.warmupSteps()));
        slider.valueProperty().subscribe(v -> model.warmup.set(v.doubleValue()));
        model.warmup.subscribe(v -> say.run());
        model.steps.subscribe(v -> say.run());
        fixed.add(slider);
        return new VBox(2, heading("finetune.warmup", value), slider);
    }

    private VBox slider(String key, double low, double high, double at, DoubleFunction<String> take) {
        Slider slider = new Slider(low, high, at);
        slider.setId(key.replace('.', '-'));
        Label value = new Label(take.apply(at));
        slider.valueProperty().subscribe(v -> value.setText(take.apply(v.doubleValue())));
        fixed.add(slider);
        return new VBox(2, heading(key, value), slider);
    }

    private HBox heading(String key, Label value) {
        return Ui.row(8, Ui.styled(i18n.label(key), "muted", "small"), Ui.spring(), Ui.styled(value, "small"));
    }

    private VBox titled(String key, Region control) {
        control.setMaxWidth(Double.MAX_VALUE);
        control.accessibleTextProperty().bind(i18n.text(key));
        return new VBox(2, Ui.styled(i18n.label(key), "muted", "small"), control);
    }

    private ChoiceBox<String> choice(String key, List<String> items, Property<String> value) {
        ChoiceBox<String> box = new ChoiceBox<>();
        box.getItems().setAll(items);
        box.setConverter(converter(item -> i18n.get(key + "." + item)));
        box.setValue(value.getValue());
        box.setId(key.replace('.', '-'));
        box.valueProperty().subscribe(v -> {
            if (v != null) {
                value.setValue(v);
            }
        });
        i18n.textsProperty().subscribe(t -> refresh(box));
        return box;
    }

    /// A box asks for its texts once; setting the items again makes it ask in the new language.
    private static <T> void refresh(ChoiceBox<T> box) {
        T value = box.getValue();
        box.getItems().setAll(List.copyOf(box.getItems()));
        box.setValue(value);
    }

    private static <T> void refresh(ComboBox<T> box) {
        T value = box.getValue();
        box.getItems().setAll(List.copyOf(box.getItems()));
        box.setValue(null);
        box.setValue(value);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /// @return as a power of two
    private static double power(int value) {
        return Math.log(value) / Math.log(2);
    }

    private static String percent(double share) {
        return Math.round(share * 100) + " %";
    }

    private static <T> StringConverter<T> converter(Function<T, String> name) {
        return new StringConverter<>() {
            @Override
            public String toString(T item) {
                return item == null ? "" : name.apply(item);
            }

            @Override
            public T fromString(String text) {
                throw new IllegalStateException("the box is not editable");
            }
        };
    }
}
