package org.diptych.app.runs;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.ListChangeListener;
import javafx.geometry.Insets;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.KeyCode;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.chart.CoachPane;
import org.diptych.app.chart.CostPane;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.chart.CurveChoice;
import org.diptych.app.chart.SpreadPane;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.moments.MomentPane;
import org.diptych.app.moments.Rewind;
import org.diptych.app.moments.RewindBar;
import org.diptych.app.pairs.BatchPane;
import org.diptych.app.pairs.PairsModel;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.CurveExport;
import org.diptych.app.shell.Navigator;
import org.diptych.engine.Engine;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunPairs;
import org.diptych.engine.api.RunSummary;

/// The view: a table of runs, their curves one over the other, and what differs between them.
final class RunsView extends VBox {
    private static final Duration GLANCE = Duration.seconds(1);

    /// What stands beside the curves.
    private enum Side {
        DIFFERENCES, COST, SPREAD, MOMENTS
    }

    private final AppContext context;
    private final I18n i18n;
    private final RunsModel model = new RunsModel();
    private final RunsController controller;
    private final RunsTable table;
    private final CurveBoard board;
    private final CoachPane coach;
    private final DifferencePane differences;
    private final EachRun<CostPane> costs;
    private final EachRun<SpreadPane> spreads;
    private final Rewind rewind;
    private final RewindBar bar;
    private final MomentPane past;
    private final ObjectProperty<Side> side = new SimpleObjectProperty<>(Side.DIFFERENCES);
    private final Label why = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final PairsModel pairs = new PairsModel();
    private final BatchPane batch;
    private final Button goOn;
    private final Button branch;
    private final Button open;
    private final Button load;
    private final Button plan;
    private final Button command;
    private final Button delete;
    private final Timeline pulse = new Timeline();
    private List<String> drawn = List.of();

    RunsView(AppContext context) {
        super(12);
        this.context = context;
        this.i18n = context.i18n();
        controller = new RunsController(context, model);
        table = new RunsTable(i18n, model, context.theme());
        ObjectProperty<CurveChoice> choice = context.settings().curves("runs",
                CurveChoice.usual().withValues(List.of("loss")));
        board = new CurveBoard(i18n, context.theme(), "runs-chart", choice);
        board.tools().getChildren().add(CurveExport.button(context, board, choice::get));
        coach = new CoachPane(i18n, Engine::notes, board::highlight);
        differences = new DifferencePane(i18n, context.theme());
        costs = new EachRun<>(i18n, context.theme(), "runs.cost.none", () -> new CostPane(i18n, context.theme()),
                CostPane::show, CostPane::tick);
        costs.setId("runs-costs");
        spreads = new EachRun<>(i18n, context.theme(), "runs.spread.none",
                () -> new SpreadPane(i18n, context.theme()), SpreadPane::show, SpreadPane::tick);
        spreads.setId("runs-spreads");
        rewind = new Rewind(error -> context.notices().error(error));
        bar = new RewindBar(context, rewind, "runs-rewind");
        past = new MomentPane(context, rewind, "runs-moment");
        board.mark(rewind.atProperty());
        batch = new BatchPane(context, pairs, "runs-batch", error -> context.notices().error(error));
        batch.setMaxWidth(Double.MAX_VALUE);
        pairs.picked.subscribe(p -> {
            if (p.isEmpty()) { // nobody looks any more
                pairs.run.get().ifPresent(RunPairs::leave);
                pairs.run.set(Optional.empty());
            }
        });
        board.setOnPick(step -> followed().ifPresent(r -> controller.pairs(r, step, pairs)));
        getStyleClass().add("view");
        goOn = button("runs.goon", "runs-go-on", () -> table.selected().ifPresent(controller::goOn));
        goOn.setTooltip(i18n.tooltip("runs.goon.tip"));
        branch = button("runs.branch", "runs-branch", () -> table.selected().ifPresent(controller::branch));
        branch.setTooltip(i18n.tooltip("runs.branch.tip"));
        open = button("runs.open", "runs-open", () -> table.selected().ifPresent(controller::openFolder));
        load = button("runs.load", "runs-load", () -> table.selected().ifPresent(controller::load));
        plan = button("runs.plan", "runs-plan", () -> table.selected().ifPresent(controller::usePlan));
        command = button("runs.command", "runs-command", () -> table.selected().ifPresent(this::copy));
        delete = button("runs.delete", "runs-delete", () -> table.selected().ifPresent(controller::delete));
        table.addEventHandler(javafx.scene.input.KeyEvent.KEY_PRESSED, e -> {
            if (e.getCode() == KeyCode.DELETE && !delete.isDisabled()) {
                delete.fire();
            }
        });
        why.setId("runs-why");
        HBox actions = Ui.row(8, goOn, branch, open, load, plan, command, delete, why);
        VBox above = new VBox(8, actions, table);
        VBox.setVgrow(table, Priority.ALWAYS);
        SplitPane full = new SplitPane(above, below());
        full.setOrientation(Orientation.VERTICAL);
        full.setDividerPositions(0.4);
        VBox.setVgrow(full, Priority.ALWAYS);
        VBox empty = new VBox(12, Ui.styled(i18n.label("runs.empty"), "hint"),
                Ui.primary(i18n, "runs.empty.go", () -> context.navigator().show(Navigator.TEACH)));
        empty.setAlignment(Pos.CENTER);
        VBox.setVgrow(empty, Priority.ALWAYS);
        empty.setId("runs-empty");
        Region skeleton = Ui.styled(new Region(), "skeleton");
        VBox.setVgrow(skeleton, Priority.ALWAYS);
        skeleton.setId("runs-skeleton");
        getChildren().addAll(skeleton, empty, full);
        Runnable follow = () -> {
            Ui.show(skeleton, !model.known.get());
            Ui.show(empty, model.known.get() && model.runs.isEmpty());
            Ui.show(full, model.known.get() && !model.runs.isEmpty());
        };
        model.known.subscribe(known -> follow.run());
        model.runs.addListener((ListChangeListener<RunSummary>) change -> {
            follow.run();
            draw();
            spreads.tick(); // the last may have come with the run's end
            actions();
            follow();
        });
        model.ticked.subscribe(t -> {
            draw();
            follow();
        });
        context.theme().subscribe(t -> compare());
        table.getSelectionModel().selectedItemProperty().subscribe(r -> {
            actions();
            follow();
        });
        i18n.textsProperty().subscribe(t -> {
            actions();
            compare();
        });
        pulse.getKeyFrames().setAll(new KeyFrame(GLANCE, e -> {
            batch.tick();
            if (model.runs.stream().anyMatch(RunsModel::live)) {
                controller.refresh();
                board.tick();
                coach.tick();
                costs.tick();
                spreads.tick();
                follow();
            }
        }));
        pulse.setCycleCount(Timeline.INDEFINITE);
    }

    void shown(boolean inSight) {
        if (inSight) {
            controller.refresh();
            pulse.play();
        } else {
            pulse.stop();
            rewind.hold();
            pairs.close();
        }
    }

    /// Looks back at the selected run where its curve is drawn, else at the first that is.
    private void follow() {
        rewind.follow(followed().map(r -> new Rewind.Source(r.folder(), r.header().plan().steps(), RunsModel.live(r))));
    }

    private Optional<RunSummary> followed() {
        List<RunSummary> drawn = model.chosen();
        return table.selected().filter(drawn::contains).or(() -> drawn.stream().findFirst());
    }

    Rewind rewind() {
        return rewind;
    }

    /// What the palette offers for the selected run; a button that is greyed out, with its reason beside it, does nothing here either.
    void tick() {
        table.selected().ifPresent(r -> model.tick(r.id(), !model.isTicked(r.id())));
    }

    void goOn() {
        goOn.fire();
    }

    void branch() {
        branch.fire();
    }

    void openFolder() {
        open.fire();
    }

    void load() {
        load.fire();
    }

    void usePlan() {
        plan.fire();
    }

    void delete() {
        delete.fire();
    }

    private Button button(String key, String id, Runnable action) {
        Button button = Ui.button(i18n, key, action);
        button.setId(id);
        return button;
    }

    private SplitPane below() {
        ScrollPane notes = new ScrollPane(coach);
        notes.setFitToWidth(true);
        VBox.setVgrow(differences, Priority.ALWAYS);
        VBox.setVgrow(notes, Priority.ALWAYS);
        ScrollPane spent = scrolled(costs);
        ScrollPane spread = scrolled(spreads);
        ScrollPane picked = scrolled(batch);
        picked.setFitToHeight(true); // as high as there is room, and scrolled where there is too little
        VBox.setVgrow(board, Priority.ALWAYS);
        VBox moments = moments();
        VBox.setVgrow(moments, Priority.ALWAYS);
        Segments<Side> choice = new Segments<>(side);
        choice.show(List.of(Side.values()), s -> {
            ToggleButton button = Ui.toggle(i18n, "runs.side." + s.name().toLowerCase(Locale.ROOT));
            button.setId("runs-side-" + s.name().toLowerCase(Locale.ROOT));
            return button;
        });
        VBox differ = new VBox(16, differences, notes);
        VBox.setVgrow(differ, Priority.ALWAYS);
        side.subscribe(s -> {
            Ui.show(differ, s == Side.DIFFERENCES);
            Ui.show(spent, s == Side.COST);
            Ui.show(spread, s == Side.SPREAD);
            Ui.show(moments, s == Side.MOMENTS);
        });
        rewind.atProperty().subscribe(at -> {
            if (at.isPresent()) {
                side.set(Side.MOMENTS);
            }
        });
        VBox said = new VBox(12, choice, differ, spent, spread, moments);
        SplitPane both = new SplitPane(Ui.styled(new VBox(8, board, bar), "panel"),
                new StackPane(Ui.styled(said, "panel"), picked));
        pairs.picked.subscribe(p -> {
            Ui.show(said, p.isEmpty());
            Ui.show(picked, p.isPresent());
        });
        both.setDividerPositions(0.64);
        return both;
    }

    private static ScrollPane scrolled(Region content) {
        content.setPadding(new Insets(0, 14, 0, 0)); // the scroll bar would else stand on the figures
        ScrollPane scroll = new ScrollPane(content);
        scroll.setFitToWidth(true);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        return scroll;
    }

    private VBox moments() {
        Label hint = Ui.styled(Ui.wrapped(i18n.label("moments.hint")), "hint");
        ScrollPane scroll = scrolled(past);
        rewind.momentProperty().subscribe(m -> {
            Ui.show(hint, m.isEmpty());
            Ui.show(scroll, m.isPresent());
        });
        return new VBox(8, hint, scroll);
    }

    /// What can be done with the selected run; a line says why not.
    private void actions() {
        RunSummary run = table.selected().orElse(null);
        boolean live = run != null && RunsModel.live(run);
        open.setDisable(run == null);
        plan.setDisable(run == null);
        command.setDisable(run == null);
        delete.setDisable(run == null || live);
        load.setDisable(run == null || run.kept().isEmpty());
        Optional<Message> noGoOn = table.selected().flatMap(r -> controller.no(r, false));
        Optional<Message> noBranch = table.selected().flatMap(r -> controller.no(r, true));
        goOn.setDisable(run == null || noGoOn.isPresent());
        branch.setDisable(run == null || noBranch.isPresent());
        Set<String> reasons = new LinkedHashSet<>();
        if (run != null && run.status() != RunSummary.Status.RUNNING) { // of that one, what is said of all it cannot be done to is enough
            Stream.of(noGoOn, noBranch).flatMap(Optional::stream).map(i18n.texts()::get).forEach(reasons::add);
        }
        if (run == null) {
            reasons.add(i18n.get("runs.why.none"));
        } else if (live) {
            reasons.add(i18n.get("runs.why.live"));
        } else if (run.kept().isEmpty()) {
            reasons.add(i18n.get("runs.why.nokept"));
        }
        why.setText(String.join(" ", reasons));
        for (Button button : List.of(goOn, branch, open, load, plan, command, delete)) {
            button.setAccessibleHelp(button.isDisabled() ? why.getText() : "");
        }
    }

    private void copy(RunSummary run) {
        ClipboardContent content = new ClipboardContent();
        content.putString(RunsController.command(run));
        Clipboard.getSystemClipboard().setContent(content);
        context.notices().info("runs.copied");
    }

    /// Draws the ticked runs; a list that was read anew does not disturb curves that are there.
    private void draw() {
        List<String> now = model.chosen().stream().map(RunSummary::id).toList();
        if (now.equals(drawn)) {
            return;
        }
        drawn = now;
        compare();
        controller.logs(this::curves);
    }

    private void curves(Map<RunSummary, RunLog> logs) {
        List<CurveBoard.Shown> runs = logs.entrySet().stream()
                .map(e -> new CurveBoard.Shown(e.getValue(), e.getKey().id(),
                        model.ticked.get().getOrDefault(e.getKey().id(), 0)))
                .toList();
        board.show(runs);
        coach.show(runs);
        costs.show(runs);
        spreads.show(runs);
    }

    private void compare() {
        differences.show(model.chosen(), model.ticked.get());
    }
}
