package org.diptych.app.inspect;

import java.util.List;
import javafx.scene.control.Label;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.chart.PhaseChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Ui;
import org.diptych.app.fx.Waiting;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.TimingRequest;
import org.diptych.engine.api.TimingResult;

/// Where every open model spends a forward of the picture and sentence that are shown.
final class TimePane extends VBox {
    private static final int RUNS = 7;

    private final AppContext context;
    private final I18n i18n;
    private final InspectController controller;
    private final PhaseChart chart;
    private final Label none;
    private final LatestTask<TimingRequest, TimingResult> measure;
    private TimingResult last = new TimingResult(List.of());

    TimePane(AppContext context, InspectController controller, java.util.function.Consumer<Throwable> failed,
            Runnable close) {
        super(8);
        this.context = context;
        this.i18n = context.i18n();
        this.controller = controller;
        chart = new PhaseChart(context.theme());
        chart.setId("inspect-time-chart");
        measure = new LatestTask<>(Duration.millis(50),
                request -> context.jobs().track(context.engine().timing(request)), this::show, failed);
        getStyleClass().add("panel");
        setId("inspect-time");
        none = Ui.styled(i18n.label("inspect.time.none"), "hint");
        Ui.show(none, false);
        VBox.setVgrow(chart, Priority.ALWAYS);
        getChildren().addAll(
                Ui.row(12, Ui.styled(i18n.label("inspect.time"), "heading"),
                        new Waiting(i18n, measure.busyProperty()), Ui.spring(),
                        Ui.button(i18n, "inspect.time.again", this::measure),
                        Ui.iconButton(i18n, "mdi2c-close", "shell.close", close)),
                Ui.styled(Ui.wrapped(i18n.label("inspect.time.hint")), "muted", "small"), none, chart);
        i18n.textsProperty().subscribe(t -> show(last));
    }

    /// Asks for all open models anew.
    void measure() {
        controller.timing(context.loaded().stream().map(LoadedModel::handle).toList(), RUNS).ifPresent(measure::askNow);
    }

    private void show(TimingResult result) {
        last = result;
        Ui.show(none, result.rows().isEmpty() && !measure.busyProperty().get());
        chart.show(result.rows().stream()
                .map(r -> new PhaseChart.Bar(r.regions() ? i18n.get("inspect.time.regions", r.title()) : r.title(),
                        new double[]{r.picture(), r.text(), r.together()}))
                .toList(),
                List.of(i18n.get("inspect.time.picture"), i18n.get("inspect.time.text"),
                        i18n.get("inspect.time.together")),
                i18n.get("inspect.time.axis", RUNS));
    }
}
