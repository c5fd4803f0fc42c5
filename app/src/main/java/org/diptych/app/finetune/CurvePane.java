package org.diptych.app.finetune;

import java.io.File;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.stage.FileChooser;
import javafx.util.StringConverter;
import org.diptych.app.chart.Curve;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;

/// The curves of the run under way, pulled from its log, and how far it has come.
final class CurvePane extends VBox {
    private static final List<String> CHARTS = List.of("loss", "recall", "rate", "temperature", "norm");

    private final AppContext context;
    private final I18n i18n;
    private final TeachModel model;
    private final LiveChart chart;
    private final ChoiceBox<String> which = new ChoiceBox<>();
    private final Label progress = new Label();
    private final Label hint = Ui.styled(Ui.wrapped(new Label()), "hint");

    CurvePane(AppContext context, TeachModel model) {
        super(8);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        chart = new LiveChart(i18n, context.theme(), "finetune.axis.step", "finetune.axis.loss");
        chart.setId("teach-chart");
        CheckBox log = i18n.label(new CheckBox(), "finetune.log");
        log.setMinWidth(USE_PREF_SIZE);
        chart.logScaleProperty().bind(log.selectedProperty());
        Slider smoothing = new Slider(0, 0.98, 0.6);
        smoothing.setPrefWidth(88);
        smoothing.setMinWidth(56);
        smoothing.accessibleTextProperty().bind(i18n.text("finetune.smoothing"));
        chart.smoothingProperty().bind(smoothing.valueProperty());
        which.setId("teach-which");
        which.setMinWidth(140);
        which.accessibleTextProperty().bind(i18n.text("finetune.chart"));
        which.setConverter(new StringConverter<>() {
            @Override
            public String toString(String item) {
                return item == null ? "" : i18n.get("finetune.chart." + item);
            }

            @Override
            public String fromString(String text) {
                return text;
            }
        });
        which.valueProperty().subscribe(v -> draw());
        progress.setId("teach-progress");
        progress.setMinHeight(USE_PREF_SIZE);
        hint.setMaxWidth(320);
        StackPane middle = new StackPane(chart, hint);
        middle.setMinSize(200, 160);
        VBox.setVgrow(middle, Priority.ALWAYS);
        Label smoothingName = i18n.label("finetune.smoothing");
        smoothingName.setMinWidth(USE_PREF_SIZE);
        // wraps where the window is narrow
        FlowPane tools = new FlowPane(12, 4, which, Ui.row(8, smoothingName, smoothing), log,
                Ui.iconButton(i18n, "mdi2c-content-save-outline", "finetune.export", this::export));
        getChildren().addAll(tools, middle, progress);
        getStyleClass().add("panel");
        model.run.subscribe(run -> draw());
        model.status.subscribe(status -> tick());
        i18n.textsProperty().subscribe(t -> {
            String chosen = which.getValue() == null ? CHARTS.getFirst() : which.getValue();
            which.getItems().setAll(CHARTS);
            which.setValue(chosen);
            tick();
        });
    }

    /// Says how the run stands now.
    void tick() {
        Optional<TrainingControl> run = model.run.get();
        progress.setText(run.map(this::progress).orElse(""));
        boolean nothing = run.filter(r -> r.log().size() > 0).isEmpty();
        boolean starts = model.starting.get() || run.isPresent() && model.live();
        hint.setText(i18n.get(starts ? "finetune.starting" : "finetune.empty"));
        Ui.show(hint, nothing);
        Ui.show(chart, !nothing);
    }

    private String progress(TrainingControl run) {
        RunLog log = run.log();
        int steps = log.header().plan().steps();
        List<RunLog.Row> newest = log.since(Math.max(0, log.size() - 8));
        if (newest.isEmpty()) {
            return "";
        }
        RunLog.Row row = newest.getLast();
        // rows of an evaluation say nothing of speed
        double pairs = newest.stream().map(r -> r.values().get("pairs_per_second")).filter(p -> p != null)
                .reduce((a, b) -> b).orElse(0.0);
        String state = run.status() == RunSummary.Status.RUNNING
                ? run.job().progress().eta().map(eta -> left(eta.toSeconds()))
                        .orElseGet(() -> i18n.get("finetune.status." + run.status()))
                : i18n.get("finetune.status." + run.status());
        return i18n.get("finetune.progress", row.step(), steps, Math.round(pairs), state);
    }

    private String left(double seconds) {
        return seconds < 100
                ? i18n.get("finetune.left", Math.round(seconds))
                : i18n.get("finetune.left.minutes", Math.round(seconds / 60));
    }

    private void draw() {
        chart.clear();
        String shown = which.getValue() == null ? CHARTS.getFirst() : which.getValue();
        chart.setValueAxis("finetune.axis." + shown);
        model.run.get().ifPresent(run -> {
            RunLog log = run.log();
            switch (shown) {
                case "recall" -> {
                    chart.add(log, new Curve("validation.r1.image_to_text", i18n.text("finetune.curve.i2t"), 0, true));
                    chart.add(log, new Curve("validation.r1.text_to_image", i18n.text("finetune.curve.t2i"), 1, true));
                }
                case "rate" -> chart.add(log, new Curve("rate", i18n.text("finetune.curve.rate"), 0, false));
                case "temperature" ->
                    chart.add(log, new Curve("temperature", i18n.text("finetune.curve.temperature"), 0, false));
                case "norm" -> chart.add(log, new Curve("grad_norm", i18n.text("finetune.curve.norm"), 0, false));
                default -> {
                    chart.add(log, new Curve("loss", i18n.text("finetune.curve.loss"), 0, false));
                    chart.add(log, new Curve("validation.loss", i18n.text("finetune.curve.validation"), 1, true));
                }
            }
        });
        tick();
    }

    private void export() {
        FileChooser chooser = new FileChooser();
        chooser.setInitialFileName("curves.png");
        chooser.getExtensionFilters().addAll(new FileChooser.ExtensionFilter("PNG", "*.png"),
                new FileChooser.ExtensionFilter("CSV", "*.csv"));
        File file = chooser.showSaveDialog(context.window().get());
        if (file != null) {
            try {
                if (file.getName().toLowerCase(Locale.ROOT).endsWith(".csv")) {
                    chart.exportCsv(file.toPath());
                } else {
                    chart.exportPng(file.toPath());
                }
                context.notices().info("finetune.exported", file.getName());
            } catch (EngineException e) {
                context.notices().error(e);
            }
        }
    }
}
