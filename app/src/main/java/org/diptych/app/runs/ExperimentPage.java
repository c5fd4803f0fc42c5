package org.diptych.app.runs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.geometry.Insets;
import javafx.geometry.VPos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Spinner;
import javafx.scene.control.SplitPane;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.chart.CurveChoice;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.runs.ExperimentsModel.Going;
import org.diptych.app.runs.ExperimentsModel.Measured;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.CurveExport;
import org.diptych.engine.Engine;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentControl;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.Findings;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Progress;
import org.diptych.engine.api.RunLog;

/// One experiment: what it asks, what is expected, the button that carries it out, and what was measured.
final class ExperimentPage extends VBox {
    private static final int LEAST_STEPS = 10;
    private static final int MOST_STEPS = 100_000;
    private static final int MOST_SEEDS = 10;

    private final AppContext context;
    private final I18n i18n;
    private final ExperimentsModel model;
    private final ExperimentsController controller;
    private final Experiment experiment;
    private final CurveBoard board;
    private final FindingsPane findings;
    private final DifferencePane differences;
    private final Spinner<Integer> steps;
    private final Spinner<Integer> seeds;
    private final Button run;
    private final Button cancel;
    private final Button folder;
    private final Label state = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final ProgressBar bar = new ProgressBar(0);
    private final MenuButton plans = new MenuButton();
    private final Label empty;
    private List<RunLog> drawn = List.of();
    private int told = -1;
    private boolean settled;

    ExperimentPage(AppContext context, ExperimentsModel model, ExperimentsController controller,
            Experiment experiment) {
        super(12);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        this.experiment = experiment;
        ObjectProperty<CurveChoice> choice = context.settings().curves("experiment." + experiment.id(),
                CurveChoice.usual().withValues(experiment.curves()));
        board = new CurveBoard(i18n, context.theme(), "experiment-chart", choice);
        board.tools().getChildren().add(CurveExport.files(context, board, choice::get));
        findings = new FindingsPane(i18n, context.theme());
        differences = new DifferencePane(i18n, context.theme()).whole();
        steps = spinner("experiment-steps", LEAST_STEPS, MOST_STEPS, experiment.steps(),
                Math.max(LEAST_STEPS, experiment.steps() / 4));
        seeds = spinner("experiment-seeds", 1, MOST_SEEDS, experiment.seeds(), 1);
        seeds.setTooltip(i18n.tooltip("experiments.seeds.hint"));
        run = Ui.primary(i18n, "experiments.run", this::run);
        run.setId("experiment-run");
        cancel = Ui.button(i18n, "experiments.cancel", controller::cancel);
        cancel.setId("experiment-cancel");
        folder = Ui.iconButton(i18n, "mdi2f-folder-open-outline", "experiments.folder",
                () -> measured().flatMap(Measured::folder).ifPresent(controller::openFolder));
        bar.setPrefWidth(160);
        state.setId("experiment-state");
        HBox.setHgrow(state, Priority.ALWAYS);
        empty = Ui.styled(Ui.wrapped(i18n.label("experiments.empty")), "hint");
        empty.setId("experiment-empty");
        SplitPane body = body();
        VBox.setVgrow(body, Priority.ALWAYS);
        getChildren().addAll(words(), controls(), Ui.row(12, bar, state), body);
        measured().ifPresent(this::settle);
        i18n.textsProperty().subscribe(t -> again());
        context.theme().subscribe(t -> again());
        for (Spinner<Integer> spinner : List.of(steps, seeds)) {
            spinner.valueProperty().subscribe((old, now) -> {
                settled = true;
                refresh();
            });
        }
    }

    private Spinner<Integer> spinner(String id, int least, int most, int value, int step) {
        Spinner<Integer> spinner = new Spinner<>(least, most, value, step);
        spinner.setId(id);
        spinner.setEditable(true);
        spinner.setPrefWidth(88);
        spinner.setMinWidth(88);
        return spinner;
    }

    private VBox words() {
        VBox out = new VBox(4, Ui.styled(Ui.wrapped(said("title")), "heading"), Ui.wrapped(said("question")));
        if (experiment.says("expects").isPresent()) {
            Label expects = Ui.wrapped(new Label());
            expects.textProperty().bind(i18n.compute(() -> i18n.get("experiments.expected",
                    experiment.says("expects").orElseThrow())));
            out.getChildren().addAll(expects, Ui.styled(Ui.wrapped(said("source")), "muted", "small"));
        }
        return out;
    }

    private Label said(String part) {
        Label label = new Label();
        label.textProperty().bind(i18n.compute(() -> i18n.texts()
                .get(experiment.says(part).orElseGet(() -> part.equals("title")
                        ? experiment.title()
                        : Message.of("experiments.plain", "")))));
        return label;
    }

    private FlowPane controls() {
        i18n.label(plans, "experiments.plan");
        plans.setMinWidth(USE_PREF_SIZE);
        plans.setId("experiment-plans");
        for (Experiment.Arm arm : experiment.arms()) {
            MenuItem item = new MenuItem();
            item.textProperty().bind(i18n.compute(() -> i18n.texts().get(experiment.label(arm.id()))));
            item.setOnAction(e -> controller.openPlan(Engine.experimentPlan(request(), arm)));
            plans.getItems().add(item);
        }
        FlowPane out = new FlowPane(12, 8, run, cancel, Ui.row(8, i18n.label("experiments.steps"), steps),
                Ui.row(8, i18n.label("experiments.seeds"), seeds), plans, folder,
                Ui.iconButton(i18n, "mdi2c-console-line", "experiments.command", this::copy));
        out.setRowValignment(VPos.CENTER);
        return out;
    }

    private SplitPane body() {
        StackPane curves = Ui.styled(new StackPane(board, empty), "panel");
        VBox right = new VBox(16, findings, differences);
        right.setPadding(new Insets(0, 16, 0, 0));
        ScrollPane scroll = new ScrollPane(right);
        scroll.setFitToWidth(true);
        StackPane told = Ui.styled(new StackPane(scroll), "panel");
        SplitPane out = new SplitPane(curves, told);
        out.setDividerPositions(0.52);
        return out;
    }

    private Optional<Measured> measured() {
        return model.measured(experiment);
    }

    private Optional<Going> going() {
        return model.going.get().filter(g -> g.of(experiment));
    }

    private ExperimentRequest request() {
        return controller.request(experiment, steps.getValue(), seeds.getValue());
    }

    void run() {
        if (!run.isDisabled()) {
            settled = true;
            controller.start(experiment, steps.getValue(), seeds.getValue());
        }
    }

    private void copy() {
        ClipboardContent content = new ClipboardContent();
        content.putString(request().commandLine());
        Clipboard.getSystemClipboard().setContent(content);
        context.notices().info("experiments.copied");
    }

    /// Asks for what the first result was measured with, unless a person has asked for something by then.
    private void settle(Measured measured) {
        if (settled) {
            return;
        }
        steps.getValueFactory().setValue(measured.result().steps());
        seeds.getValueFactory().setValue(measured.result().seeds());
    }

    /// Another result is there, or another experiment goes on.
    void changed() {
        measured().ifPresent(this::settle);
        again();
    }

    private void again() {
        told = -1;
        refresh();
    }

    /// Follows what is going on.
    void tick() {
        going().ifPresent(g -> {
            refresh();
            board.tick();
        });
    }

    private void refresh() {
        Optional<Going> going = going();
        boolean busy = model.going.get().isPresent();
        Optional<ExperimentResult> result = going.map(g -> g.control().result())
                .or(() -> measured().map(Measured::result));
        Optional<Measured> own = measured()
                .filter(m -> m.folder().isPresent() && m.result().steps() == steps.getValue());
        boolean complete = own.filter(m -> m.result().seeds() >= seeds.getValue()
                && m.result().complete(experiment)).isPresent();
        run.textProperty().bind(i18n.text(own.isPresent() && !complete ? "experiments.resume" : "experiments.run"));
        run.setDisable(busy || complete);
        cancel.setDisable(going.isEmpty());
        folder.setDisable(measured().flatMap(Measured::folder).isEmpty());
        steps.setDisable(going.isPresent());
        seeds.setDisable(going.isPresent());
        String why = busy && going.isEmpty()
                ? i18n.get("experiments.why.running")
                : complete ? i18n.get("experiments.why.complete") : "";
        run.setAccessibleHelp(run.isDisabled() ? why : "");
        Ui.show(bar, going.isPresent());
        going.ifPresent(g -> bar.setProgress(g.control().job().progress().fraction()));
        state.setText(
                going.map(g -> progress(g.control().job().progress())).orElseGet(() -> (origin() + " " + why).strip()));
        Ui.show(state.getParent(), !state.getText().isEmpty());
        curves(going, result);
        int finished = result.map(r -> r.runs().size()).orElse(0);
        if (finished != told) {
            told = finished;
            Ui.show(findings, finished > 0);
            result.filter(r -> !r.runs().isEmpty())
                    .ifPresent(r -> findings.show(experiment, Findings.of(experiment, r.runs())));
        }
        List<FineTunePlan> all = ExperimentsModel.plans(experiment, result.map(ExperimentResult::steps)
                .orElse(steps.getValue()));
        List<DifferencePane.Column> columns = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            columns.add(new DifferencePane.Column(
                    i18n.texts().get(experiment.label(experiment.arms().get(i).id())), all.get(i), i));
        }
        differences.show(columns);
    }

    private void curves(Optional<Going> going, Optional<ExperimentResult> result) {
        List<ExperimentControl.Run> runs = going.map(g -> g.control().runs())
                .orElseGet(() -> result.map(r -> r.runs().stream()
                        .map(one -> new ExperimentControl.Run(one.arm(), one.log())).toList()).orElse(List.of()));
        Ui.show(board, !runs.isEmpty());
        Ui.show(empty, runs.isEmpty());
        List<RunLog> logs = runs.stream().map(ExperimentControl.Run::log).toList();
        if (!logs.equals(drawn) || told < 0) {
            drawn = logs;
            board.show(runs.stream().map(r -> new CurveBoard.Shown(r.log(), i18n.texts().get(experiment.label(r.arm())),
                    ExperimentsModel.colour(experiment, r.arm()))).toList());
        }
    }

    /// @return where the shown numbers come from
    private String origin() {
        return measured().map(m -> {
            RunLog.Header header = m.result().runs().getFirst().header();
            String said = m.folder().isEmpty()
                    ? i18n.get("experiments.shipped", header.threads())
                    : i18n.get("experiments.own", header.started().replace('T', ' ').substring(0, 16),
                            m.result().steps());
            int wanted = experiment.arms().size() * m.result().seeds();
            return m.result().runs().size() >= wanted
                    ? said
                    : said + " " + i18n.get("experiments.partial", m.result().runs().size(), wanted);
        }).orElse("");
    }

    private String progress(Progress now) {
        String phase = i18n.texts().get(now.phase());
        return now.eta()
                .map(eta -> i18n.get("experiments.left.rate", phase, now.done(), now.total(),
                        String.format(java.util.Locale.ROOT, "%.1f", now.rate()), left(eta)))
                .orElseGet(() -> i18n.get("experiments.left", phase, now.done(), now.total()));
    }

    private String left(Duration eta) {
        return eta.toSeconds() < 90
                ? i18n.get("experiments.left.seconds", Math.max(1, eta.toSeconds()))
                : i18n.get("experiments.left.minutes", Math.round(eta.toSeconds() / 60.0));
    }
}
