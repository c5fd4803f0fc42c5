package org.diptych.app.finetune;

import java.util.Locale;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// How much less each layer learns than the one above it. The right end is the same rate for all.
final class LayersPane extends VBox {
    private static final double STEEPEST = 0.5;
    private static final int FINE = 100;

    LayersPane(I18n i18n, TeachModel model) {
        super(2);
        Slider slider = new Slider(STEEPEST, 1, model.layerDecay.get());
        slider.setId("finetune-layers");
        slider.accessibleTextProperty().bind(i18n.text("finetune.layers"));
        slider.setBlockIncrement(1.0 / FINE);
        Label value = Ui.styled(new Label(), "small");
        Label note = Ui.styled(Ui.wrapped(i18n.label("finetune.layers.note")), "muted", "small");
        Runnable say = () -> value.setText(model.layerDecay.get() == 1
                ? i18n.get("finetune.layers.same")
                : i18n.get("finetune.layers.factor", String.format(Locale.ROOT, "%.2f", model.layerDecay.get())));
        slider.valueProperty()
                .subscribe(v -> model.layerDecay.set(Math.round(v.doubleValue() * FINE) / (double) FINE));
        model.layerDecay.subscribe(d -> {
            say.run();
            Ui.show(note, d.doubleValue() < 1);
        });
        i18n.textsProperty().subscribe(t -> say.run());
        getChildren().addAll(
                Ui.row(8, Ui.styled(i18n.label("finetune.layers"), "muted", "small"), Ui.spring(), value), slider,
                note);
    }
}
