package org.diptych.app.finetune;

import java.io.File;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.geometry.Insets;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import javafx.scene.control.Tooltip;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import javafx.util.Duration;
import javafx.util.StringConverter;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Range;
import org.diptych.app.chart.Curve;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TrainingControl;

/// The view: form, curves, and what the model sees now.
final class TeachView extends BorderPane {
    private static final long PINNED = (1L << 40) + 3;
    private static final int PINNED_SHOWN = 256;

    private final AppContext context;
    private final I18n i18n;
    private final TeachModel model = new TeachModel();
    private final TeachController controller;
    private final ErrorBanner banner;
    private final LiveChart chart;
    private final MatrixChart matrix;
    private final ImageCanvas pinned = new ImageCanvas();
    private final HeatOverlay heat = new HeatOverlay();
    private final Label progress = new Label();
    private final Label matrixStep = Ui.styled(new Label(), "muted", "small");
    private final ChoiceBox<String> which = new ChoiceBox<>();
    private final Timeline pulse = new Timeline();
    private final Scene scene;
    private int drawnSnapshot = -1;

    TeachView(AppContext context) {
        this.context = context;
        this.i18n = context.i18n();
        banner = new ErrorBanner(i18n);
        controller = new TeachController(context, model, error -> banner.show(error));
        chart = new LiveChart(i18n, context.theme(), "finetune.axis.step", "finetune.axis.value");
        chart.setId("teach-chart");
        matrix = new MatrixChart(context.theme());
        scene = context.engine().scene(PINNED, PINNED_SHOWN, "aligned");
        getStyleClass().add("view");
        setTop(banner);
        ScrollPane form = new ScrollPane(new VBox(12, new TeachForm(context, model, controller), buttons()));
        form.setFitToWidth(true);
        form.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        form.setMinWidth(260);
        form.setPrefWidth(284);
        setLeft(Ui.styled(form, "panel"));
        setCenter(curves());
        setRight(sees());
        pulse.getKeyFrames().setAll(new KeyFrame(Duration.millis(500), e -> tick()));
        pulse.setCycleCount(Timeline.INDEFINITE);
        model.run.subscribe(run -> {
            drawnSnapshot = -1;
            curve();
            tick();
        });
        i18n.textsProperty().subscribe(t -> {
            fillCurves();
            tick();
        });
    }

    TeachModel model() {
        return model;
    }

    TeachController controller() {
        return controller;
    }

    void shown(boolean inSight) {
        if (inSight) {
            pulse.play();
            offerInterrupted();
        } else {
            pulse.stop();
        }
    }

    private void offerInterrupted() {
        if (!controller.live() && model.run.get().isEmpty()) {
            controller.interrupted()
                    .filter(r -> java.nio.file.Files.exists(r.folder().resolve("checkpoint.safetensors")))
                    .ifPresent(run -> {
                        Button go = Ui.button(i18n, "finetune.interrupted.go", () -> {
                            setBottom(null);
                            controller.goOn(run);
                        });
                        Label said = i18n.label("finetune.interrupted", run.id(), run.step());
                        HBox offer = Ui.styled(Ui.row(12, said, go), "panel-subtle");
                        BorderPane.setMargin(offer, new Insets(12, 0, 0, 0));
                        setBottom(offer);
                    });
        }
    }

    private FlowPane buttons() {
        Button start = Ui.primary(i18n, "finetune.start", () -> {
            banner.hide();
            setBottom(null);
            controller.start();
        });
        start.setId("teach-start");
        Button pause = Ui.button(i18n, "finetune.pause", controller::pauseOrResume);
        pause.setId("teach-pause");
        Button stop = Ui.button(i18n, "finetune.stop", controller::stop);
        stop.setId("teach-stop");
        Button keep = Ui.button(i18n, "finetune.keep", this::keep);
        Button restore = Ui.button(i18n, "finetune.restore", controller::restore);
        Button look = Ui.button(i18n, "finetune.look", controller::look);
        look.setId("teach-look");
        Button command = Ui.iconButton(i18n, "mdi2c-console", "finetune.command", this::copyCommand);
        Button plan = Ui.button(i18n, "finetune.plan", this::editPlan);
        FlowPane row = new FlowPane(8, 8, start, pause, stop, look, keep, restore, plan, command);
        model.status.subscribe(status -> {
            boolean live = controller.live();
            boolean any = model.run.get().isPresent();
            pause.textProperty()
                    .bind(i18n.text(status.filter(s -> s == RunSummary.Status.PAUSED).isPresent()
                            ? "finetune.resume"
                            : "finetune.pause"));
            enable(start, !live, "finetune.why.running");
            enable(pause, live, "finetune.why.idle");
            enable(stop, live, "finetune.why.idle");
            enable(look, any, "finetune.why.idle");
            enable(keep, any, "finetune.why.idle");
            enable(restore, any && !live, any ? "finetune.why.running" : "finetune.why.idle");
        });
        model.run.subscribe(run -> {
            enable(look, run.isPresent(), "finetune.why.idle");
            enable(keep, run.isPresent(), "finetune.why.idle");
        });
        return row;
    }

    /// A control that cannot be used says why.
    private void enable(Button button, boolean usable, String why) {
        button.setDisable(!usable);
        Tooltip.uninstall(button.getParent() == null ? button : button.getParent(), button.getTooltip());
        button.setTooltip(usable ? null : i18n.tooltip(why));
        button.accessibleHelpProperty().unbind();
        button.setAccessibleHelp(usable ? "" : i18n.get(why));
    }

    private VBox curves() {
        CheckBox log = i18n.label(new CheckBox(), "finetune.log");
        chart.logScaleProperty().bind(log.selectedProperty());
        Slider smoothing = new Slider(0, 0.98, 0.6);
        smoothing.setPrefWidth(96);
        smoothing.setTooltip(i18n.tooltip("finetune.smoothing"));
        chart.smoothingProperty().bind(smoothing.valueProperty());
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
        which.valueProperty().subscribe(v -> curve());
        Label empty = Ui.styled(i18n.label("finetune.empty"), "hint");
        model.run.subscribe(r -> Ui.show(empty, r.isEmpty()));
        StackPane middle = new StackPane(chart, empty);
        middle.setMinSize(200, 200);
        VBox.setVgrow(middle, Priority.ALWAYS);
        VBox box = new VBox(8, options(log, smoothing),
                middle, progress);
        BorderPane.setMargin(box, new Insets(0, 12, 0, 12));
        return Ui.styled(box, "panel");
    }

    /// Wraps where the window is narrow.
    private FlowPane options(CheckBox log, Slider smoothing) {
        FlowPane row = new FlowPane(12, 4, Ui.row(8, whole(i18n.label("finetune.chart")), which),
                Ui.row(8, whole(i18n.label("finetune.smoothing")), smoothing), log,
                Ui.iconButton(i18n, "mdi2c-content-save-outline", "finetune.export", this::export));
        log.setMinWidth(Region.USE_PREF_SIZE);
        which.setMinWidth(140);
        return row;
    }

    private static Label whole(Label label) {
        label.setMinWidth(Region.USE_PREF_SIZE);
        return label;
    }

    private void fillCurves() {
        String chosen = which.getValue() == null ? "loss" : which.getValue();
        which.getItems().setAll("loss", "recall", "rate", "temperature", "norm");
        which.setValue(chosen);
    }

    private void curve() {
        chart.clear();
        model.run.get().ifPresent(run -> {
            RunLog log = run.log();
            switch (which.getValue() == null ? "loss" : which.getValue()) {
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
    }

    private VBox sees() {
        pinned.greyProperty().set(1);
        pinned.overlays().add(heat);
        pinned.setPicture(scene.picture());
        pinned.setPrefSize(220, 200);
        pinned.setMinSize(160, 140);
        StackPane square = new StackPane(matrix);
        square.setPrefSize(260, 260);
        square.setMinSize(180, 180);
        VBox.setVgrow(square, Priority.ALWAYS);
        Label why = Ui.styled(Ui.wrapped(i18n.label("finetune.matrix.why")), "muted", "small");
        Label caption = Ui.styled(Ui.wrapped(new Label(scene.captions().get("en").getFirst())), "small");
        VBox box = new VBox(8, Ui.styled(i18n.label("finetune.matrix"), "strong"), why, square, matrixStep,
                Ui.styled(i18n.label("finetune.pinned"), "strong"), pinned, caption);
        box.setPrefWidth(280);
        box.setMinWidth(220);
        return Ui.styled(box, "panel");
    }

    private void tick() {
        Optional<TrainingControl> run = model.run.get();
        if (run.isEmpty()) {
            progress.setText("");
            return;
        }
        RunLog log = run.get().log();
        model.status.set(Optional.of(run.get().status()));
        List<RunLog.Row> last = log.since(Math.max(0, log.size() - 8));
        if (!last.isEmpty()) {
            RunLog.Row row = last.getLast();
            // rows of an evaluation say nothing of speed
            double rate = last.reversed().stream().map(r -> r.values().getOrDefault("pairs_per_second", 0.0))
                    .filter(r -> r > 0).findFirst().orElse(0.0);
            int steps = log.header().plan().steps();
            long left = rate <= 0 ? 0 : Math.round((steps - row.step()) * row.seconds() / Math.max(1, row.step()));
            String state = run.get().status() == RunSummary.Status.RUNNING
                    ? i18n.get("finetune.left", left)
                    : i18n.get("finetune.status." + run.get().status());
            progress.setText(i18n.get("finetune.progress", row.step(), steps, Math.round(rate), state));
        }
        log.snapshot().filter(s -> s.step() != drawnSnapshot).ifPresent(snapshot -> {
            drawnSnapshot = snapshot.step();
            matrix.showProperty().set(MatrixChart.Show.ROWS);
            matrix.setValues(snapshot.n(), snapshot.n(), snapshot.similarity());
            matrixStep.setText(i18n.get("finetune.matrix.step", snapshot.step()));
            lookAtPinned(run.get());
        });
    }

    /// The pinned pair's map with the weights of this moment: asked between two steps, like any person's question.
    private void lookAtPinned(TrainingControl run) {
        context.loaded().stream().filter(m -> m.handle().equals(run.model()) && !m.methods().isEmpty()).findFirst()
                .ifPresent(m -> {
                    Scene seen = context.engine().scene(PINNED, m.imageSize(), "aligned");
                    float scale = (float) PINNED_SHOWN / m.imageSize();
                    context.jobs()
                            .run(context.engine().relevance(new RelevanceRequest(m.handle(), seen.picture(),
                                    seen.captions().get("en").getFirst(), 0, 0, m.methods().getFirst())),
                                    r -> heat.show(new HeatOverlay.Heat(
                                            new org.diptych.engine.api.Box(r.view().x1() * scale, r.view().y1() * scale,
                                                    r.view().x2() * scale,
                                                    r.view().y2() * scale),
                                            r.grid().rows(), r.grid().cols(), r.patches()), Range.of(r.patches())),
                                    error -> heat.clear());
                });
    }

    private void keep() {
        DirectoryChooser chooser = new DirectoryChooser();
        File folder = chooser.showDialog(context.window().get());
        if (folder != null) {
            controller.keep(folder.toPath());
        }
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

    private void copyCommand() {
        try {
            ClipboardContent content = new ClipboardContent();
            content.putString(controller.command());
            Clipboard.getSystemClipboard().setContent(content);
            context.notices().info("finetune.copied", context.engine().runs().folder().resolveSibling("plan.json"));
        } catch (EngineException e) {
            banner.show(e);
        }
    }

    private void editPlan() {
        try {
            PlanDialog.show(context, controller.plan()).ifPresent(controller::start);
        } catch (EngineException e) {
            banner.show(e);
        }
    }
}
