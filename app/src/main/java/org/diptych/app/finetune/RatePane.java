package org.diptych.app.finetune;

import java.util.Locale;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import org.diptych.app.chart.RateChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RateCurve;

/// How the plan's learning rate rises and falls.
final class RatePane extends VBox {
    private final I18n i18n;
    private final TeachModel model;
    private final TeachController controller;
    private final Label peak = Ui.styled(new Label(), "muted", "small");
    private final Label steps = Ui.styled(new Label(), "muted", "small");
    private final RateChart chart;

    RatePane(I18n i18n, TeachModel model, TeachController controller) {
        super(2);
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        setId("finetune-rates");
        chart = new RateChart(this::say);
        chart.setId("finetune-rate-chart");
        getChildren().addAll(peak, chart, Ui.row(8, Ui.styled(new Label("1"), "muted", "small"), Ui.spring(), steps));
        model.start.subscribe(s -> draw());
        model.base.subscribe(b -> draw());
        model.stage.subscribe(s -> draw());
        model.rate.subscribe(r -> draw());
        model.steps.subscribe(s -> draw());
        model.warmup.subscribe(w -> draw());
        i18n.textsProperty().subscribe(t -> draw());
    }

    private String say(RateCurve.Point point) {
        return i18n.get("finetune.rates.point", point.step(), figures(point.rate()));
    }

    private void draw() {
        Ui.show(this, model.start.get().isPresent());
        if (model.start.get().isEmpty()) {
            return;
        }
        try {
            RateCurve curve = Engine.rates(controller.plan());
            chart.show(curve);
            peak.setText(i18n.get("finetune.rates", figures(curve.peak())));
            steps.setText(Integer.toString(curve.steps()));
            chart.setAccessibleText(i18n.get("finetune.rates.all", curve.steps(), figures(curve.peak()),
                    figures(curve.points().getLast().rate())));
        } catch (EngineException e) {
            Ui.show(this, false); // the start will tell
        }
    }

    private static String figures(double rate) {
        return String.format(Locale.ROOT, "%.1e", rate);
    }
}
