package org.diptych.app.finetune;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.ListChangeListener;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.LoadedModel;

/// The left column: what learns, from what, how fast; in full, or only what a first run needs. While a run goes on only its rate can be changed, while it is paused all but its model: some for the run, the rest for a branch.
final class TeachForm extends VBox {
    static final int SMALLEST_BATCH = 8;
    /// The smallest batch leaves two pairs to each.
    static final int MOST_PARTS = 4;
    private static final String MODE = "teach.form";
    private static final double SLOWEST = -5;
    private static final double FASTEST = -2;
    private static final double SAME = 1e-9;

    /// How much of the form is shown.
    private enum Mode {
        SIMPLE, ADVANCED;

        String word() {
            return this == SIMPLE ? "simple" : "advanced";
        }
    }

    private final AppContext context;
    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;
    private final ComboBox<Start> from = new ComboBox<>();
    private final ObjectivesPane objectives;
    private final ChoiceBox<Boolean> data = new ChoiceBox<>();
    private final AdvancedForm advanced;
    private final ObjectProperty<Mode> mode = new SimpleObjectProperty<>();
    /// All but the rate: a run keeps what it was started with.
    private final List<Node> fixed = new ArrayList<>();

    TeachForm(AppContext context, TeachModel model, TeachController controller) {
        super(8);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        objectives = new ObjectivesPane(i18n, model);
        advanced = new AdvancedForm(context, model, controller);
        starts();
        datas();
        Button file = Ui.iconButton(i18n, "mdi2f-file-outline", "finetune.data.file", this::chooseFile);
        file.setId("finetune-data-file");
        HBox.setHgrow(data, Priority.ALWAYS);
        data.setMaxWidth(Double.MAX_VALUE);
        data.accessibleTextProperty().bind(i18n.text("finetune.data"));
        HBox set = Ui.row(4, data, file);
        Label reading = note("finetune.why.reading");
        model.reading.subscribe(r -> Ui.show(reading, r));
        Label regions = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
        regions.setId("finetune-regions");
        Label lacking = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
        lacking.setId("finetune-lacking");
        Runnable fits = () -> {
            regions.setText(controller.fit().regions());
            lacking.setText(controller.fit().lacking());
            Ui.show(regions, !regions.getText().isEmpty());
            Ui.show(lacking, !lacking.getText().isEmpty());
        };
        model.set.subscribe(s -> fits.run());
        model.base.subscribe(b -> fits.run());
        i18n.textsProperty().subscribe(t -> fits.run());
        Label locked = note("finetune.locked");
        locked.setId("finetune-locked");
        Label paused = note("finetune.locked.paused");
        paused.setId("finetune-locked-paused");
        Label course = note("finetune.objectives.stages");
        model.stage.subscribe(s -> Ui.show(course, s.equals(TeachModel.COURSE)));
        Button usual = Ui.button(i18n, "finetune.usual", controller::usual);
        usual.setId("finetune-usual");
        usual.setMinWidth(Region.USE_PREF_SIZE);
        HBox given = Ui.row(8, note("finetune.given"), Ui.spring(), usual);
        model.given.subscribe(g -> Ui.show(given, g));
        NumberRow steps = new NumberRow(i18n, "finetune.steps", PlanNumber.STEPS, model.steps::get,
                v -> model.steps.set((int) v))
                .slider(1, 4, Math::log10, v -> Math.round(Math.pow(10, v) / 10) * 10).follow(model.steps);
        getChildren().addAll(locked, paused, given, titled("finetune.model", from), titled("finetune.data", set),
                reading,
                regions, titled("finetune.objectives", objectives), lacking, course, steps, rate(), advanced);
        fixed.addAll(List.of(from, set, steps, usual));
        mode.set(context.settings().get().choices().getOrDefault(MODE, Mode.SIMPLE.word())
                .equals(Mode.ADVANCED.word()) ? Mode.ADVANCED : Mode.SIMPLE);
        mode.subscribe((old, now) -> context.settings().update(v -> v.withChoices(Map.of(MODE, now.word()))));
        mode.subscribe(m -> Ui.show(advanced, m == Mode.ADVANCED));
        model.stage.subscribe(s -> lock(locked, paused));
        model.status.subscribe(s -> lock(locked, paused));
        model.starting.subscribe(s -> lock(locked, paused));
        model.start.subscribe(s -> {
            from.setValue(s.orElse(null));
            objectives.offer(controller.offered());
            advanced.offerParts();
        });
        model.base.subscribe(b -> objectives.offer(controller.offered()));
        i18n.textsProperty().subscribe(t -> {
            refresh(from);
            refresh(data);
            objectives.offer(controller.offered());
            advanced.offerParts();
        });
    }

    /// @return what changes between the short form and the whole one
    Segments<?> modes() {
        Segments<Mode> segments = new Segments<>(mode);
        segments.show(List.of(Mode.values()), m -> {
            ToggleButton button = Ui.toggle(i18n, "finetune.mode." + m.word());
            button.setTooltip(i18n.tooltip("finetune.mode." + m.word() + ".tip"));
            button.setId("teach-" + m.word());
            return button;
        });
        return segments;
    }

    private void lock(Label why, Label some) {
        boolean paused = model.paused() && !model.starting.get();
        boolean live = !paused && (model.live() || model.starting.get());
        fixed.forEach(n -> n.setDisable(live));
        from.setDisable(live || paused); // a branch is of the same model
        advanced.lock(live);
        Ui.show(some, paused);
        objectives.setDisable(live || model.stage.get().equals(TeachModel.COURSE));
        Ui.show(why, live);
    }

    private void starts() {
        from.setId("finetune-start");
        from.setConverter(new Named<>(this::name));
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

    private void datas() {
        data.getItems().setAll(true, false);
        data.setId("finetune-data");
        data.setConverter(new Named<>(toybox -> toybox
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
                data.setValue(true); // until it was read
            }
        });
        model.folder.subscribe(f -> {
            data.setValue(f.isEmpty());
            refresh(data);
        });
    }

    private void chooseFile() {
        FileChooser chooser = new FileChooser();
        chooser.setTitle(i18n.get("finetune.data.file"));
        chooser.getExtensionFilters().add(new FileChooser.ExtensionFilter(i18n.get("sets.files"), "*.json", "*.jsonl",
                "*.csv", "*.tsv", "*.txt"));
        Optional.ofNullable(chooser.showOpenDialog(context.window().get())).map(File::toPath)
                .ifPresent(controller::learnFrom);
    }

    private NumberRow rate() {
        return new NumberRow(i18n, "finetune.rate", PlanNumber.RATE, model.rate::get, rate -> {
            if (Math.abs(rate / model.rate.get() - 1) > SAME) {
                model.rate.set(rate);
                controller.setRate(rate);
            }
        }).slider(SLOWEST, FASTEST, Math::log10, v -> Math.pow(10, v)).follow(model.rate);
    }

    private Label note(String key) {
        return Ui.styled(Ui.wrapped(i18n.label(key)), "muted", "small");
    }

    private VBox titled(String key, Region control) {
        control.setMaxWidth(Double.MAX_VALUE);
        control.accessibleTextProperty().bind(i18n.text(key));
        return new VBox(2, Ui.styled(i18n.label(key), "muted", "small"), control);
    }

    /// A box asks for its texts once; setting the items again makes it ask in the new language.
    private static void refresh(ChoiceBox<Boolean> box) {
        Boolean value = box.getValue();
        box.getItems().setAll(List.copyOf(box.getItems()));
        box.setValue(value);
    }

    private static void refresh(ComboBox<Start> box) {
        Start value = box.getValue();
        box.getItems().setAll(List.copyOf(box.getItems()));
        box.setValue(null);
        box.setValue(value);
    }
}
