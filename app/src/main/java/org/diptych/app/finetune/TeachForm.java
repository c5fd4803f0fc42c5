package org.diptych.app.finetune;

import java.io.File;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import javafx.beans.property.Property;
import javafx.scene.Node;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import javafx.util.StringConverter;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;

/// The left column: what learns, from what, how fast.
final class TeachForm extends VBox {
    private final AppContext context;
    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;

    TeachForm(AppContext context, TeachModel model, TeachController controller) {
        super(6);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        ChoiceBox<Boolean> from = choice(List.of(true, false),
                fresh -> fresh || controller.base().isEmpty()
                        ? i18n.get("finetune.model.fresh")
                        : i18n.get("finetune.model.from", controller.base().orElseThrow().title()),
                model.fresh);
        context.model().subscribe(m -> {
            from.getItems().setAll(controller.base().isPresent() ? List.of(true, false) : List.of(true));
            from.setValue(controller.base().isPresent() ? model.fresh.get() : true);
        });
        ChoiceBox<Boolean> data = new ChoiceBox<>();
        data.getItems().setAll(true, false);
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
                model.folder.set(Optional.ofNullable(chosen).map(File::toPath));
                data.setValue(chosen == null);
            }
        });
        ChoiceBox<String> world = choice(List.of("aligned", "loose", "free"), w -> i18n.get("finetune.world." + w),
                model.world);
        ChoiceBox<TeachModel.Trains> trains = choice(List.of(TeachModel.Trains.values()),
                t -> i18n.get("finetune.trains." + t.name().toLowerCase(Locale.ROOT)),
                model.trains);
        add("finetune.model", from);
        add("finetune.data", data);
        add("finetune.world", world);
        add("finetune.trains", trains);
        slider("finetune.rate", -5, -2, Math.log10(model.rate.get()), v -> {
            model.rate.set(Math.pow(10, v));
            controller.setRate(model.rate.get());
            return String.format(Locale.ROOT, "%.1e", model.rate.get());
        });
        slider("finetune.batch", 3, 8, 5, v -> {
            model.batch.set(1 << (int) Math.round(v));
            return Integer.toString(model.batch.get());
        });
        slider("finetune.steps", 1, 4, Math.log10(model.steps.get()), v -> {
            model.steps.set((int) Math.round(Math.pow(10, v) / 10) * 10);
            return Integer.toString(model.steps.get());
        });
        slider("finetune.noise", 0, 1, 0, v -> {
            model.noise.set(Math.round(v * 20) / 20.0);
            return Math.round(model.noise.get() * 100) + " %";
        });
        slider("finetune.hard", 0, 1, 0, v -> {
            model.hard.set(Math.round(v * 20) / 20.0);
            return Math.round(model.hard.get() * 100) + " %";
        });
        i18n.textsProperty().subscribe(t -> {
            refresh(from);
            refresh(data);
            refresh(world);
            refresh(trains);
        });
    }

    private void add(String key, Node control) {
        getChildren().addAll(Ui.styled(i18n.label(key), "muted", "small"), control);
        if (control instanceof ChoiceBox<?> box) {
            box.setMaxWidth(Double.MAX_VALUE);
        }
    }

    /// A choice box asks for its texts once; setting the items again makes it ask in the new language.
    private static <T> void refresh(ChoiceBox<T> box) {
        T value = box.getValue();
        box.getItems().setAll(List.copyOf(box.getItems()));
        box.setValue(value);
    }

    private static <T> ChoiceBox<T> choice(List<T> items, Function<T, String> name, Property<T> value) {
        ChoiceBox<T> box = new ChoiceBox<>();
        box.getItems().setAll(items);
        box.setConverter(converter(name));
        box.setValue(value.getValue());
        box.valueProperty().subscribe(v -> {
            if (v != null) {
                value.setValue(v);
            }
        });
        return box;
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

    private void slider(String key, double low, double high, double at, DoubleFunction<String> take) {
        Slider slider = new Slider(low, high, at);
        slider.setId(key.replace('.', '-'));
        Label value = new Label(take.apply(at));
        slider.valueProperty().subscribe(v -> value.setText(take.apply(v.doubleValue())));
        javafx.scene.layout.HBox.setHgrow(slider, Priority.ALWAYS);
        getChildren()
                .add(Ui.row(8, Ui.styled(i18n.label(key), "muted", "small"), Ui.spring(), Ui.styled(value, "small")));
        getChildren().add(slider);
    }
}
