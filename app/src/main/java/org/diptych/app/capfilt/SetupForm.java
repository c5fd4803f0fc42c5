package org.diptych.app.capfilt;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.collections.ListChangeListener;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.Spinner;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.CapFiltRole;
import org.diptych.engine.api.LoadedModel;

/// The left column: who writes, who decides, about which pairs, where to, and how.
final class SetupForm extends VBox {
    private final AppContext context;
    private final I18n i18n;
    private final CapFiltModel model;
    private final CapFiltController controller;
    private final List<Node> fixed = new ArrayList<>();

    SetupForm(AppContext context, CapFiltModel model, CapFiltController controller) {
        super(8);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        VBox steps = whole("capfilt.steps", 1, CapFiltModel.MOST_STEPS, 100, model.steps);
        Label taught = Ui.styled(Ui.wrapped(i18n.label("capfilt.steps.why")), "muted", "small");
        Runnable follow = () -> {
            boolean any = taught(model.captioner) || taught(model.filter);
            Ui.show(steps, any);
            Ui.show(taught, any);
        };
        model.captioner.subscribe(p -> follow.run());
        model.filter.subscribe(p -> follow.run());
        VBox toybox = new VBox(8, whole("capfilt.count", 2, CapFiltModel.MOST_PAIRS, 50, model.count),
                share("capfilt.noise", 0, 1, 0.05, model.noise));
        model.pairs.subscribe(p -> Ui.show(toybox, p.isEmpty()));
        HBox lengths = new HBox(8, whole("capfilt.least", 0, CapFiltModel.MOST_TOKENS, 1, model.least),
                whole("capfilt.most", 2, CapFiltModel.MOST_TOKENS, 1, model.most));
        lengths.getChildren().forEach(n -> HBox.setHgrow(n, Priority.ALWAYS));
        getChildren().addAll(role("capfilt.captioner", CapFiltRole.CAPTIONER), role("capfilt.filter",
                CapFiltRole.FILTER), steps, taught,
                folder("capfilt.human", "capfilt.human.none", model.human),
                folder("capfilt.pairs", "capfilt.pairs.toybox", model.pairs), toybox, out(), threshold(),
                share("capfilt.top-p", 0.05, 1, 0.05, model.topP), lengths,
                whole("capfilt.seed", 0, CapFiltModel.MOST_SEED, 1, model.seed));
        model.going.subscribe(g -> fixed.forEach(n -> n.setDisable(g.isPresent())));
    }

    private static boolean taught(ObjectProperty<Optional<Part>> part) {
        return part.get().filter(p -> p.kind() == Part.Kind.TAUGHT).isPresent();
    }

    private VBox role(String key, CapFiltRole role) {
        ObjectProperty<Optional<Part>> chosen = controller.part(role);
        ComboBox<Part> box = new ComboBox<>();
        box.setId(key.replace('.', '-'));
        box.setConverter(new Named<>(this::name));
        box.promptTextProperty().bind(i18n.text("capfilt.part.none"));
        boolean[] filling = new boolean[1];
        Runnable fill = () -> {
            filling[0] = true;
            List<Part> now = controller.parts(role);
            box.getItems().setAll(now);
            box.setValue(null);
            box.setValue(chosen.get().flatMap(c -> now.stream().filter(c::same).findFirst()).orElse(null));
            filling[0] = false;
        };
        box.valueProperty().subscribe(p -> {
            if (p != null && !filling[0]) {
                chosen.set(Optional.of(p));
            }
        });
        chosen.subscribe(p -> {
            if (!p.equals(Optional.ofNullable(box.getValue()))) {
                fill.run();
            }
        });
        model.families.subscribe(f -> fill.run());
        context.loaded().addListener((ListChangeListener<LoadedModel>) change -> fill.run());
        i18n.textsProperty().subscribe(t -> fill.run());
        fixed.add(box);
        return titled(key, box);
    }

    private String name(Part part) {
        return switch (part.kind()) {
            case OPEN -> part.name();
            case FILE -> i18n.get("capfilt.part.file", brief(Path.of(part.name())));
            case TAUGHT -> i18n.get("capfilt.part.taught", part.name());
        };
    }

    /// @return the last two names of a path
    static String brief(Path path) {
        int n = path.getNameCount();
        return n <= 2 ? path.toString() : "… " + File.separator + " " + path.subpath(n - 2, n);
    }

    private VBox folder(String key, String none, ObjectProperty<Optional<Path>> folder) {
        ChoiceBox<Boolean> box = new ChoiceBox<>();
        box.setId(key.replace('.', '-'));
        box.getItems().setAll(true, false);
        box.setConverter(new Named<>(usual -> usual
                ? i18n.get(none)
                : folder.get().map(f -> i18n.get("capfilt.folder.chosen", f.getFileName()))
                        .orElseGet(() -> i18n.get("capfilt.folder"))));
        box.setValue(folder.get().isEmpty());
        Tooltip whole = new Tooltip();
        whole.textProperty().bind(i18n.compute(
                () -> folder.get().map(Path::toString).orElseGet(() -> i18n.get(key + ".why")), folder));
        box.setTooltip(whole);
        box.setOnAction(e -> {
            if (box.getValue() == null) {
                return; // its items are being set anew
            }
            if (box.getValue()) {
                folder.set(Optional.empty());
            } else if (folder.get().isEmpty()) {
                chosenFolder().ifPresent(f -> folder.set(Optional.of(f)));
                box.setValue(folder.get().isEmpty());
            }
        });
        Runnable refresh = () -> {
            box.getItems().setAll(true, false);
            box.setValue(folder.get().isEmpty());
        };
        folder.subscribe(f -> refresh.run());
        i18n.textsProperty().subscribe(t -> refresh.run());
        fixed.add(box);
        return titled(key, box);
    }

    private Optional<Path> chosenFolder() {
        return Optional.ofNullable(new DirectoryChooser().showDialog(context.window().get())).map(File::toPath);
    }

    /// Chooses the folder to write to; one in which work lies is gone on with.
    void chooseOut() {
        chosenFolder().ifPresent(f -> {
            if (CapFiltController.holdsWork(f)) {
                controller.open(f);
            } else {
                controller.into(f);
            }
        });
    }

    private VBox out() {
        Label where = Ui.styled(new Label(), "elides", "small");
        where.setId("capfilt-out");
        where.setMaxWidth(Double.MAX_VALUE);
        HBox.setHgrow(where, Priority.ALWAYS);
        Tooltip whole = new Tooltip();
        where.textProperty().bind(i18n.compute(
                () -> model.out.get().map(SetupForm::brief).orElseGet(() -> i18n.get("capfilt.out.none")),
                model.out));
        whole.textProperty().bind(where.textProperty());
        where.setTooltip(whole);
        Button choose = Ui.iconButton(i18n, "mdi2f-folder-open-outline", "capfilt.out.choose", this::chooseOut);
        Button anew = Ui.iconButton(i18n, "mdi2f-folder-plus-outline", "capfilt.out.new", controller::anew);
        anew.setId("capfilt-new");
        fixed.addAll(List.of(choose, anew));
        return new VBox(2, Ui.styled(i18n.label("capfilt.out"), "muted", "small"), Ui.row(4, where, choose, anew));
    }

    /// As the slider is let go of, the decisions in sight follow.
    private VBox threshold() {
        VBox all = share("capfilt.threshold", 0, 1, 0.01, model.threshold);
        Slider slider = (Slider) all.getChildren().getLast();
        Runnable settle = () -> {
            if (!slider.isValueChanging()) {
                controller.threshold(model.threshold.get());
            }
        };
        slider.valueChangingProperty().subscribe(c -> settle.run());
        model.threshold.subscribe(t -> settle.run());
        return all;
    }

    private VBox share(String key, double low, double high, double step, DoubleProperty value) {
        Slider slider = new Slider(low, high, value.get());
        double parts = Math.round(1 / step); // a quotient has no rounding left over, as a product would
        slider.setId(key.replace('.', '-'));
        slider.setBlockIncrement(step);
        slider.setTooltip(i18n.tooltip(key + ".why"));
        slider.accessibleTextProperty().bind(i18n.text(key));
        Label said = Ui.styled(new Label(), "small");
        slider.valueProperty().subscribe(v -> value.set(Math.round(v.doubleValue() * parts) / parts));
        value.subscribe(v -> {
            said.setText(String.format(Locale.ROOT, "%.2f", v.doubleValue()));
            if (Math.abs(slider.getValue() - v.doubleValue()) > step / 2) {
                slider.setValue(v.doubleValue());
            }
        });
        fixed.add(slider);
        return new VBox(2, Ui.row(8, Ui.styled(i18n.label(key), "muted", "small"), Ui.spring(), said), slider);
    }

    private VBox whole(String key, int low, int high, int step, IntegerProperty value) {
        Spinner<Integer> spinner = new Spinner<>(low, high, value.get(), step);
        spinner.setId(key.replace('.', '-'));
        spinner.setEditable(true);
        spinner.setTooltip(i18n.tooltip(key + ".why"));
        spinner.valueProperty().subscribe(v -> {
            if (v != null) {
                value.set(v);
            }
        });
        value.subscribe(v -> spinner.getValueFactory().setValue(v.intValue()));
        fixed.add(spinner);
        return titled(key, spinner);
    }

    private VBox titled(String key, Region control) {
        control.setMaxWidth(Double.MAX_VALUE);
        control.setMinWidth(0);
        control.accessibleTextProperty().bind(i18n.text(key));
        return new VBox(2, Ui.styled(i18n.label(key), "muted", "small"), control);
    }
}
