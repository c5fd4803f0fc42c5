package org.diptych.app.pairs;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.RunPairs;
import org.diptych.engine.api.StepPairs;
import org.diptych.engine.api.TrainingControl;

/// The pairs of the step whose point was clicked, the worst first, and the chosen one below: where the model looks in it, and its caption to correct.
public final class BatchPane extends VBox {
    private static final double ROW = 96;
    private static final double LIST = 250;

    private final I18n i18n;
    private final PairsModel model;
    private final Consumer<Throwable> failed;
    private final LatestTask<Integer, StepPairs> read;
    private final Label title = Ui.styled(Ui.wrapped(new Label()), "strong");
    private final Label measure = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final Label soon = Ui.styled(Ui.wrapped(new Label()), "hint");
    private final Label past;
    private final ListView<StepPairs.Pair> list = new ListView<>();
    private final Button before;
    private final Button after;
    private final PairPane pair;
    private Optional<StepPairs> shown = Optional.empty();

    /// @param id of the pane; its parts have ids that begin so
    public BatchPane(AppContext context, PairsModel model, String id, Consumer<Throwable> failed) {
        super(8);
        this.i18n = context.i18n();
        this.model = model;
        this.failed = failed;
        setId(id);
        read = new LatestTask<>(Duration.millis(120),
                step -> context.jobs().track(model.run.get().orElseThrow().batch(step)), this::show, this::fail);
        before = Ui.iconButton(i18n, "mdi2c-chevron-left", "batch.before", () -> move(-1));
        before.setId(id + "-before");
        after = Ui.iconButton(i18n, "mdi2c-chevron-right", "batch.after", () -> move(1));
        after.setId(id + "-after");
        Button close = Ui.iconButton(i18n, "mdi2c-close", "batch.close", model::close);
        close.setId(id + "-close");
        past = Ui.styled(Ui.wrapped(i18n.label("batch.past")), "muted", "small");
        past.setId(id + "-past");
        title.setId(id + "-title");
        measure.setId(id + "-measure");
        soon.setId(id + "-soon");
        list.setId(id + "-list");
        list.setFixedCellSize(ROW);
        list.setPrefHeight(LIST);
        list.setMinHeight(1.5 * ROW);
        list.accessibleTextProperty().bind(title.textProperty());
        list.setCellFactory(l -> new PairCell(i18n, () -> shown.map(StepPairs::requeued).orElse(List.of())));
        list.addEventFilter(KeyEvent.KEY_PRESSED, e -> { // a list keeps Escape for itself
            if (e.getCode() == KeyCode.ESCAPE) {
                e.consume();
                model.close();
            }
        });
        VBox.setVgrow(list, Priority.ALWAYS);
        pair = new PairPane(context, model, id, this::changed, failed);
        getChildren().addAll(Ui.row(4, title, Ui.spring(), before, after, close), measure, past,
                soon, list, pair);
        getStyleClass().add("panel");
        setPrefWidth(300);
        setMinWidth(232);
        setMaxWidth(320);
        list.getSelectionModel().selectedItemProperty().subscribe(p -> pair.show(Optional.ofNullable(p)));
        model.picked.subscribe(p -> {
            Ui.show(this, p.isPresent());
            ask();
        });
        model.run.subscribe(r -> model.close());
        i18n.textsProperty().subscribe(t -> {
            draw();
            list.refresh();
        });
    }

    private void move(int by) {
        model.picked.get().ifPresent(step -> model.pick(step + by));
    }

    private void ask() {
        shown = Optional.empty();
        list.getItems().clear();
        if (model.picked.get().isPresent() && model.run.get().isPresent()) {
            read.ask(model.picked.get().getAsInt());
        } else {
            read.cancel();
        }
        draw();
    }

    /// What cannot be shown closes the pane, so that its reason is not told beside an empty list.
    private void fail(Throwable error) {
        model.close();
        failed.accept(error);
    }

    private void show(StepPairs next) {
        Optional<Integer> chosen = Optional.ofNullable(list.getSelectionModel().getSelectedItem())
                .map(StepPairs.Pair::index);
        boolean first = shown.isEmpty();
        shown = Optional.of(next);
        list.getItems().setAll(next.pairs());
        int at = chosen.flatMap(c -> next.pairs().stream().filter(p -> p.index() == c).findFirst())
                .map(next.pairs()::indexOf).orElse(0);
        list.getSelectionModel().select(at);
        if (first) {
            list.requestFocus();
        }
        draw();
    }

    /// A caption was changed, or a pair put into a batch: the next step's own batch is another one now.
    private void changed(StepPairs.Pair now) {
        for (int i = 0; i < list.getItems().size(); i++) {
            if (list.getItems().get(i).index() == now.index()) {
                list.getItems().set(i, now);
                list.getSelectionModel().select(i);
            }
        }
        shown.filter(s -> !s.done()).ifPresent(s -> read.askNow(s.step()));
    }

    private void draw() {
        int step = model.picked.get().orElse(0);
        title.setText(shown.map(this::title).orElse(i18n.get("batch.reading", step)));
        Ui.show(measure, shown.isPresent());
        shown.ifPresent(s -> measure.setText(i18n.get("batch.measure." + s.measure().name().toLowerCase(Locale.ROOT),
                objective(s))));
        soon.setText(i18n.get("batch.soon"));
        Ui.show(soon, shown.isEmpty());
        Ui.show(past, shown.isPresent() && model.run.get().filter(r -> !(r instanceof TrainingControl)).isPresent());
        Ui.show(list, shown.isPresent());
        Ui.show(pair, shown.isPresent());
        tick();
    }

    private String objective(StepPairs of) {
        String key = "finetune.task." + of.objective();
        return i18n.texts().has(key) ? i18n.get(key) : of.objective();
    }

    private String title(StepPairs of) {
        return i18n.get(of.measure() == StepPairs.Measure.NONE
                ? "batch.title.plain"
                : of.done() ? "batch.title" : "batch.title.next", of.step(), of.pairs().size());
    }

    /// Says what can be done now.
    public void tick() {
        Optional<RunPairs> run = model.run.get();
        if (run.isPresent() && model.picked.get().isPresent()) {
            int step = model.picked.get().getAsInt();
            before.setDisable(step <= 1);
            after.setDisable(step >= PairsModel.last(run.get()));
            pair.refresh();
        }
    }
}
