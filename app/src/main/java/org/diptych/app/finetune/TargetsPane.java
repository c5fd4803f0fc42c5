package org.diptych.app.finetune;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.image.ImageView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.Targets;
import org.diptych.engine.api.TrainingControl;

/// What the next step aims at: the queue, and for one pair the label beside the target in which the copy has its say, and what the model thinks now.
final class TargetsPane extends VBox {
    /// Not oftener than this, and never so often that a run is slowed by more than a part in [#SPARING].
    private static final double QUIET_MILLIS = 1000;
    private static final double SPARING = 30;
    private static final double PICTURE = 72;

    private final I18n i18n;
    private final TeachModel model;
    private final LatestTask<OptionalInt, Targets> look;
    private final ObjectProperty<Targets.Side> side = new SimpleObjectProperty<>(Targets.Side.SENTENCES);
    private final Label none = Ui.styled(Ui.wrapped(new Label()), "hint");
    private final VBox all = new VBox(12);
    private final Label head = Ui.styled(Ui.wrapped(new Label()), "small");
    private final Label queue = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final QueueStrip strip;
    private final ComboBox<Integer> pair = new ComboBox<>();
    private final ImageView picture = new ImageView();
    private final Label caption = Ui.wrapped(new Label());
    private final Label wrong = Ui.styled(new Label(), "badge", "warn");
    private final Segments<Targets.Side> sides = new Segments<>(side);
    private final VBox aims = new VBox(12);
    private final AimList list;
    private Optional<Targets> shown = Optional.empty();
    private OptionalInt asked = OptionalInt.empty();
    private int rows = -1;
    private long done;
    private boolean failed;

    TargetsPane(AppContext context, TeachModel model, Consumer<Throwable> failed) {
        super(12);
        this.i18n = context.i18n();
        this.model = model;
        list = new AimList(i18n);
        strip = new QueueStrip(context.theme());
        look = new LatestTask<>(Duration.millis(20), number -> model.run.get().orElseThrow().targets(number),
                this::show, error -> {
                    this.failed = true;
                    failed.accept(error);
                });
        setId("targets");
        none.setId("targets-none");
        aims.setId("targets-aims");
        queue.setId("targets-queue");
        pair.setId("targets-pair");
        pair.setMaxWidth(Double.MAX_VALUE);
        pair.setMinWidth(0);
        pair.accessibleTextProperty().bind(i18n.text("targets.pair"));
        pair.setConverter(new Named<>(this::name));
        pair.setOnAction(e -> {
            OptionalInt now = chosen();
            if (!now.equals(asked)) {
                rows = -1;
                tick();
            }
        });
        picture.setFitWidth(PICTURE);
        picture.setFitHeight(PICTURE);
        picture.setPreserveRatio(true);
        i18n.label(wrong, "targets.wrong");
        VBox words = new VBox(6, caption, wrong);
        HBox.setHgrow(words, Priority.ALWAYS);
        HBox who = new HBox(12, picture, words);
        all.getChildren().addAll(head, new VBox(2, strip, queue),
                new VBox(2, Ui.styled(i18n.label("targets.pair"), "muted", "small"), pair), who, sides, list.legend(),
                aims);
        getChildren().addAll(none, all);
        side.subscribe(s -> drawAims());
        model.run.subscribe(run -> {
            look.cancel();
            shown = Optional.empty();
            rows = -1;
            done = 0;
            this.failed = false;
            draw();
        });
        i18n.textsProperty().subscribe(t -> draw());
        draw();
    }

    private OptionalInt chosen() {
        return pair.getValue() == null || pair.getValue() < 0 ? OptionalInt.empty() : OptionalInt.of(pair.getValue());
    }

    /// Asks anew when the run has moved on, as often as it may; a run that rests is asked at once.
    void tick() {
        Optional<TrainingControl> run = model.run.get();
        if (run.isEmpty() || run.get().noTargets().isPresent() || failed || look.busyProperty().get()) {
            none();
            return;
        }
        int now = run.get().log().size();
        double since = (System.nanoTime() - done) / 1e6;
        double quiet = Math.max(QUIET_MILLIS, SPARING * shown.map(Targets::millis).orElse(0.0));
        boolean rests = run.get().status() != Status.RUNNING;
        boolean other = !chosen().equals(asked) || shown.isEmpty();
        if (other || now != rows && (rests || done == 0 || since > quiet)) {
            rows = now;
            asked = chosen();
            look.askNow(asked);
        }
        none();
    }

    private void show(Targets next) {
        done = System.nanoTime();
        shown = Optional.of(next);
        draw();
    }

    private void none() {
        Optional<Message> why = model.run.get().flatMap(TrainingControl::noTargets);
        none.setText(why.map(m -> i18n.texts().get(m))
                .orElseGet(() -> i18n.get(model.run.get().isEmpty() ? "targets.none" : "targets.soon")));
        Ui.show(none, shown.isEmpty());
        Ui.show(all, shown.isPresent());
    }

    private void draw() {
        none();
        if (shown.isEmpty()) {
            drawAims();
            return;
        }
        Targets t = shown.get();
        head.setText(i18n.get("targets.head", t.step(), decimal(t.alpha()), decimal(t.temperature())));
        Ui.show(strip.getParent(), t.queue().isPresent());
        t.queue().ifPresent(q -> {
            strip.show(q);
            queue.setText(q.filled() == 0
                    ? i18n.get("targets.queue.empty", q.size())
                    : i18n.get("targets.queue", q.filled(), q.size(), q.pointer() + 1, q.oldest()));
            strip.setAccessibleText(queue.getText());
        });
        pairs(t);
        picture.setImage(Pixels.image(t.picture()));
        Targets.Pair own = t.pairs().get(t.pair());
        caption.setText(own.caption());
        Ui.show(wrong, !own.right());
        List<Targets.Side> offered = t.aims().stream().map(Targets.Aim::side).distinct().toList();
        sides.show(offered, s -> {
            var button = Ui.toggle(i18n, "targets.side." + s.name().toLowerCase(Locale.ROOT));
            button.setId("targets-side-" + s.name().toLowerCase(Locale.ROOT));
            return button;
        });
        if (!offered.contains(side.get()) && !offered.isEmpty()) {
            side.set(offered.getFirst());
        }
        drawAims();
    }

    /// The list stays as it is while a person chooses from it.
    private void pairs(Targets t) {
        if (pair.isShowing()) {
            return;
        }
        Integer now = pair.getValue() == null ? Integer.valueOf(-1) : pair.getValue();
        var react = pair.getOnAction();
        pair.setOnAction(null);
        pair.getItems().setAll(IntStream.range(-1, t.pairs().size()).boxed().toList());
        pair.setValue(null);
        pair.setValue(now);
        pair.setOnAction(react);
    }

    private String name(int number) {
        if (number < 0) {
            return i18n.get("targets.pair.wrong");
        }
        return shown.filter(t -> number < t.pairs().size()).map(t -> t.pairs().get(number))
                .map(p -> i18n.get(p.right() ? "targets.pair.right" : "targets.pair.noised", number + 1, p.caption()))
                .orElse(Integer.toString(number + 1));
    }

    private void drawAims() {
        List<VBox> out = new ArrayList<>();
        shown.ifPresent(t -> t.aims().stream().filter(a -> a.side() == side.get())
                .forEach(a -> out.add(list.aim(a))));
        aims.getChildren().setAll(out);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value).replaceAll("0+$", "").replaceAll("\\.$", "");
    }
}
