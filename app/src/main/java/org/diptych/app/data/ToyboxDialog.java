package org.diptych.app.data;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javafx.beans.binding.Bindings;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Control;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.Spinner;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.ToyboxRequest;

/// Which Toybox scenes are to be looked through. What was chosen last is offered again.
final class ToyboxDialog extends Dialog<ToyboxDialog.Choice> {
    private static final double WIDTH = 440;
    private static final double CONTROL = 140;
    private static final int MOST = 100_000;
    private static final int STEP = 5;
    private static final String NAME = "data.toybox.";

    /// @param request of which `out` means nothing
    /// @param language of the captions
    record Choice(ToyboxRequest request, String language) {
    }

    private final I18n i18n;
    private final Map<String, String> last;

    ToyboxDialog(AppContext context) {
        i18n = context.i18n();
        last = context.settings().get().choices();
        initOwner(context.window().get());
        setTitle(i18n.get("sets.toybox.title"));
        ButtonType show = new ButtonType(i18n.get("sets.toybox.do"), ButtonBar.ButtonData.OK_DONE);
        getDialogPane().getButtonTypes().setAll(show,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        Spinner<Integer> count = number("count", 1, MOST, 500);
        Spinner<Integer> seed = number("seed", 0, Integer.MAX_VALUE, 0);
        Slider noise = new Slider(0, 100, whole("noise", 0, 100, 0));
        noise.setId("data-toybox-noise");
        noise.setBlockIncrement(STEP);
        noise.accessibleTextProperty().bind(i18n.text("finetune.noise"));
        Label share = new Label();
        share.textProperty().bind(Bindings.createStringBinding(() -> Math.round(noise.getValue()) + " %",
                noise.valueProperty()));
        ChoiceBox<String> world = choice("world", List.of("aligned", "loose", "free"),
                v -> i18n.get("finetune.world." + v));
        ChoiceBox<String> language = choice("language", List.of("en", "zh"), v -> i18n.get("finetune.language." + v));
        ChoiceBox<String> size = choice("size", List.of("128", "64", "256"), v -> i18n.get("sets.toybox.pixels", v));
        VBox all = new VBox(12, row("sets.toybox.count", count), row("sets.toybox.seed", seed),
                new VBox(4, Ui.row(8, i18n.label("finetune.noise"), Ui.spring(), share), noise),
                row("finetune.world", world), row("finetune.language", language), row("sets.toybox.size", size),
                Ui.styled(Ui.wrapped(i18n.label("sets.toybox.note")), "muted", "small"));
        all.setPrefWidth(WIDTH);
        getDialogPane().setContent(all);
        setResultConverter(button -> {
            if (button != show) {
                return null;
            }
            long percent = Math.round(noise.getValue());
            context.settings().update(v -> v.withChoices(Map.of(NAME + "count", count.getValue().toString(),
                    NAME + "seed", seed.getValue().toString(), NAME + "noise", Long.toString(percent), NAME + "world",
                    world.getValue(), NAME + "language", language.getValue(), NAME + "size", size.getValue())));
            return new Choice(new ToyboxRequest(count.getValue(), seed.getValue(), Integer.parseInt(size.getValue()),
                    world.getValue(), percent / 100.0, Path.of("")), language.getValue());
        });
    }

    private HBox row(String key, Control control) {
        control.setPrefWidth(CONTROL);
        control.accessibleTextProperty().bind(i18n.text(key));
        Label name = i18n.label(key);
        name.setLabelFor(control);
        return Ui.row(8, name, Ui.spring(), control);
    }

    private int whole(String name, int least, int most, int usual) {
        try {
            return Math.clamp(Long.parseLong(last.getOrDefault(NAME + name, Integer.toString(usual))), least, most);
        } catch (NumberFormatException e) {
            return usual; // what was remembered is no number
        }
    }

    private Spinner<Integer> number(String name, int least, int most, int usual) {
        Spinner<Integer> spinner = new Spinner<>(least, most, whole(name, least, most, usual));
        spinner.setId("data-toybox-" + name);
        spinner.setEditable(true);
        return spinner;
    }

    private ChoiceBox<String> choice(String name, List<String> of, Function<String, String> said) {
        ChoiceBox<String> box = new ChoiceBox<>();
        box.setId("data-toybox-" + name);
        box.setConverter(new Named<>(said));
        box.getItems().setAll(of);
        String before = last.getOrDefault(NAME + name, of.getFirst());
        box.setValue(of.contains(before) ? before : of.getFirst());
        return box;
    }
}
