package org.diptych.app.finetune;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javafx.beans.binding.Bindings;
import javafx.beans.binding.ObjectBinding;
import javafx.beans.property.ObjectProperty;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.chart.CoachPane;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.chart.CurveChoice;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.moments.Rewind;
import org.diptych.app.moments.RewindBar;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.CurveExport;
import org.diptych.engine.Engine;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;

/// The curves of the run under way, pulled from its log, and how far it has come.
final class CurvePane extends VBox {
    private static final double NOTES_HEIGHT = 132;

    private final I18n i18n;
    private final TeachModel model;
    private final CurveBoard board;
    /// The step that pairs are looked at of, else the one that a person looks back to.
    private final ObjectBinding<OptionalInt> marked;
    private final Path folder;
    private final Rewind rewind;
    private final RewindBar bar;
    private final CoachPane coach;
    private final Label progress = new Label();
    private final Label remarks = Ui.styled(Ui.wrapped(new Label()), "hint");
    private final Label hint = Ui.styled(Ui.wrapped(new Label()), "hint");

    CurvePane(AppContext context, TeachModel model, Rewind rewind) {
        super(8);
        this.i18n = context.i18n();
        this.model = model;
        this.rewind = rewind;
        folder = context.engine().runs().folder();
        bar = new RewindBar(context, rewind, "teach-rewind");
        ObjectProperty<CurveChoice> choice = context.settings().curves("teach", CurveChoice.usual());
        board = new CurveBoard(i18n, context.theme(), "teach-chart", choice);
        board.tools().getChildren().add(CurveExport.button(context, board, choice::get));
        coach = new CoachPane(i18n, Engine::notes, board::highlight);
        progress.setId("teach-progress");
        progress.setMinHeight(USE_PREF_SIZE);
        remarks.setId("teach-remarks");
        hint.setMaxWidth(320);
        StackPane middle = new StackPane(board, hint);
        middle.setMinSize(200, 160);
        VBox.setVgrow(middle, Priority.ALWAYS);
        ScrollPane notes = new ScrollPane(coach);
        notes.setFitToWidth(true);
        notes.setMaxHeight(NOTES_HEIGHT);
        notes.setMinHeight(0);
        notes.visibleProperty().bind(coach.visibleProperty());
        notes.managedProperty().bind(coach.visibleProperty());
        marked = Bindings.createObjectBinding(
                () -> model.pairs.picked.get().isPresent() ? model.pairs.picked.get() : rewind.atProperty().get(),
                model.pairs.picked,
                rewind.atProperty());
        board.mark(marked);
        board.setOnPick(model.pairs::pick);
        getChildren().addAll(middle, bar, progress, remarks, notes);
        model.run.subscribe(run -> draw());
        model.status.subscribe(status -> tick());
        i18n.textsProperty().subscribe(t -> tick());
    }

    /// Says how the run stands now.
    void tick() {
        Optional<TrainingControl> run = model.run.get();
        progress.setText(run.map(this::progress).orElse(""));
        remarks.setText(run.map(r -> String.join(" ", r.log().remarks().stream().map(i18n.texts()::get).toList()))
                .orElse(""));
        Ui.show(remarks, !remarks.getText().isEmpty());
        boolean nothing = run.filter(r -> r.log().size() > 0).isEmpty();
        boolean starts = model.starting.get() || run.isPresent() && model.live();
        hint.setText(i18n.get(starts ? "finetune.starting" : "finetune.empty"));
        Ui.show(hint, nothing);
        Ui.show(board, !nothing);
        board.tick();
        if (!nothing) {
            coach.tick();
        }
        bar.setWhyNone(run.flatMap(TrainingControl::noMoments).map(i18n.texts()::get));
        follow(run);
    }

    private void follow(Optional<TrainingControl> run) {
        rewind.follow(run.map(r -> new Rewind.Source(folder.resolve(r.log().header().id()),
                r.log().header().plan().steps(), model.live())));
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
                : ended(run, row.step() < steps);
        return i18n.get(log.header().plan().mixed() ? "finetune.progress.bf16" : "finetune.progress", row.step(), steps,
                Math.round(pairs), state);
    }

    private String ended(TrainingControl run, boolean before) {
        FineTunePlan.EarlyStop rule = run.log().header().plan().earlyStop();
        return before && run.status() == RunSummary.Status.FINISHED
                ? i18n.get("finetune.early", rule.patience(), rule.metric())
                : i18n.get("finetune.status." + run.status());
    }

    private String left(double seconds) {
        return seconds < 100
                ? i18n.get("finetune.left", Math.round(seconds))
                : i18n.get("finetune.left.minutes", Math.round(seconds / 60));
    }

    private void draw() {
        List<CurveBoard.Shown> runs = model.run.get()
                .map(run -> new CurveBoard.Shown(run.log(), run.log().header().id(), 0)).stream().toList();
        board.show(runs);
        coach.show(runs);
        tick();
    }
}
