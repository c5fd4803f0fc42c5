package org.diptych.app.pairs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.TextArea;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.moments.MomentPane;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.RunPairs;
import org.diptych.engine.api.StepPairs;

/// One pair of a step: where the model looks in it now, and its caption, to be corrected.
final class PairPane extends VBox {
    private final AppContext context;
    private final I18n i18n;
    private final PairsModel model;
    private final Consumer<StepPairs.Pair> changed;
    private final Consumer<Throwable> failed;
    private final LatestTask<StepPairs.Pair, List<Moment.Sight>> look;
    private final ImageCanvas picture = new ImageCanvas();
    private final HeatOverlay heat = new HeatOverlay();
    private final ScaleBar bar = new ScaleBar();
    private final Label mapNone = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final ObjectProperty<String> word = new SimpleObjectProperty<>("");
    private final Segments<String> words = new Segments<>(word);
    private final TextArea caption = new TextArea();
    private final Label facts = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final Label said = Ui.styled(Ui.wrapped(new Label()), "small");
    private final Button requeue;
    private final Button back;
    private Optional<StepPairs.Pair> pair = Optional.empty();
    private Optional<List<Moment.Sight>> sights = Optional.empty();
    private Optional<Message> told = Optional.empty();

    /// @param changed gets the pair as it is after a correction or a requeue
    PairPane(AppContext context, PairsModel model, String id, Consumer<StepPairs.Pair> changed,
            Consumer<Throwable> failed) {
        super(6);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        this.changed = changed;
        this.failed = failed;
        look = new LatestTask<>(Duration.millis(80),
                p -> context.jobs().track(model.run.get().orElseThrow().sights(p.index(), p.present())), found -> {
                    sights = Optional.of(found);
                    draw();
                }, failed);
        picture.greyProperty().set(1);
        picture.overlays().add(heat);
        picture.setId(id + "-picture");
        picture.setPrefSize(220, 170);
        picture.setMinSize(120, 96);
        VBox.setVgrow(picture, Priority.ALWAYS);
        bar.follow(heat);
        caption.setId(id + "-caption");
        caption.setWrapText(true);
        caption.setPrefRowCount(2);
        caption.setMinHeight(USE_PREF_SIZE);
        caption.promptTextProperty().bind(i18n.text("batch.caption.prompt"));
        caption.accessibleTextProperty().bind(i18n.text("batch.caption"));
        caption.addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        requeue = Ui.button(i18n, "batch.requeue", this::requeue);
        requeue.setId(id + "-requeue");
        requeue.setTooltip(i18n.tooltip("batch.requeue.why"));
        back = Ui.button(i18n, "batch.back", () -> pair.ifPresent(p -> say(p, p.given())));
        back.setId(id + "-back");
        facts.setId(id + "-facts");
        said.setId(id + "-said");
        getChildren().addAll(picture, bar, mapNone, words,
                Ui.styled(Ui.wrapped(i18n.label("batch.caption.how")), "muted", "small"), caption, facts,
                Ui.row(8, requeue, back), said);
        word.subscribe(w -> draw());
        i18n.textsProperty().subscribe(t -> draw());
    }

    /// Shows another pair; of the same one, with another caption, too.
    void show(Optional<StepPairs.Pair> next) {
        boolean same = next.map(StepPairs.Pair::index).equals(pair.map(StepPairs.Pair::index));
        boolean unchanged = same && next.map(StepPairs.Pair::present).equals(pair.map(StepPairs.Pair::present));
        pair = next;
        if (!same) {
            told = Optional.empty();
        }
        if (next.isEmpty()) {
            look.cancel();
        } else if (!unchanged) {
            caption.setText(next.get().present());
            sights = Optional.empty();
            word.set("");
            look.ask(next.get());
        }
        draw();
    }

    private Optional<Message> none() {
        return model.run.get().flatMap(RunPairs::noRecaption);
    }

    /// Says what can be done to the pair now, or why nothing can.
    void refresh() {
        Optional<Message> why = none();
        caption.setEditable(why.isEmpty());
        requeue.setDisable(why.isPresent());
        requeue.setAccessibleHelp(why.map(i18n.texts()::get).orElse(""));
        Ui.show(back, pair.filter(StepPairs.Pair::corrected).isPresent());
        back.setDisable(why.isPresent());
        said.setText(why.or(() -> told).map(i18n.texts()::get).orElse(""));
        Ui.show(said, !said.getText().isEmpty());
    }

    private void key(KeyEvent event) {
        if (event.getCode() == KeyCode.ENTER && !event.isShiftDown()) {
            event.consume();
            pair.filter(p -> !caption.getText().strip().equals(p.present()))
                    .ifPresent(p -> say(p, caption.getText()));
        } else if (event.getCode() == KeyCode.ESCAPE && pair.isPresent()
                && !caption.getText().equals(pair.get().present())) {
            event.consume(); // the next one closes
            caption.setText(pair.get().present());
        }
    }

    private void say(StepPairs.Pair of, String text) {
        model.run.get().ifPresent(run -> say(run, of, text, true));
    }

    /// @param run  that learns it; by the time something is taken back another one may be shown
    /// @param undo true where it can be taken back
    private void say(RunPairs run, StepPairs.Pair of, String text, boolean undo) {
        context.jobs().run(run.recaption(of.index(), text), from -> {
            StepPairs.Pair now = of.saying(text.strip());
            if (undo) {
                context.undo().push("batch.undo", () -> say(run, now, of.present(), false));
            }
            if (model.run.get().filter(r -> r == run).isPresent()) {
                changed.accept(now);
                told(of, Message.of(now.corrected() ? "batch.taken" : "batch.back.taken", from));
            }
        }, failed);
    }

    private void requeue() {
        pair.ifPresent(p -> model.run.get().ifPresent(run -> context.jobs().run(run.requeue(p.index()), step -> {
            changed.accept(p);
            told(p, Message.of("batch.again", step));
        }, failed)));
    }

    private void told(StepPairs.Pair of, Message what) {
        if (pair.filter(p -> p.index() == of.index()).isPresent()) {
            told = Optional.of(what);
            refresh();
        }
    }

    private void draw() {
        pair.ifPresent(p -> picture.setPicture(p.picture()));
        List<Moment.Sight> found = sights.orElse(List.of());
        String text = pair.map(StepPairs.Pair::present).orElse("");
        List<String> all = new ArrayList<>(List.of(""));
        found.stream().skip(1).map(s -> text.substring(s.start(), s.end())).distinct().forEach(all::add);
        Ui.show(words, all.size() > 1);
        words.show(all, w -> w.isEmpty() ? Ui.toggle(i18n, "moments.whole") : new ToggleButton(w));
        Optional<Moment.Sight> sight = found.stream().skip(1)
                .filter(s -> text.substring(s.start(), s.end()).equals(word.get())).findFirst()
                .or(() -> found.stream().findFirst());
        if (sight.isPresent()) {
            heat.show(MomentPane.heat(sight.get()), Range.of(sight.get().values()));
        } else {
            heat.clear();
        }
        Ui.show(bar, sight.isPresent());
        mapNone.setText(i18n.get(sights.isEmpty() ? "batch.map.soon" : "batch.map.none"));
        Ui.show(mapNone, sight.isEmpty());
        List<String> known = new ArrayList<>();
        pair.filter(p -> !p.learnt().equals(p.present()))
                .ifPresent(p -> known.add(i18n.get("batch.learnt", p.learnt())));
        pair.filter(p -> p.corrected() && !p.given().equals(p.learnt()))
                .ifPresent(p -> known.add(i18n.get("batch.given", p.given())));
        facts.setText(String.join("\n", known));
        Ui.show(facts, !known.isEmpty());
        refresh();
    }
}
