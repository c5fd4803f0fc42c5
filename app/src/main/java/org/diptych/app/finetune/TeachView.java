package org.diptych.app.finetune;

import java.util.Optional;
import java.util.OptionalInt;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.geometry.Insets;
import javafx.scene.control.Button;
import javafx.scene.control.ScrollPane;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.fx.Ui;
import org.diptych.app.moments.MomentPane;
import org.diptych.app.moments.Rewind;
import org.diptych.app.pairs.BatchPane;
import org.diptych.app.pairs.PairsModel;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.RunSummary;

/// The view: form, curves or cost or targets, and what the model sees now.
final class TeachView extends BorderPane {
    private static final Duration GLANCE = Duration.millis(250);

    private final AppContext context;
    private final TeachModel model = new TeachModel();
    private final TeachController controller;
    private final ErrorBanner banner;
    private final ActionPane actions;
    private final WatchPane watch;
    private final SeesPane sees;
    private final BatchPane batch;
    private final Rewind rewind;
    private final Timeline pulse = new Timeline();

    TeachView(AppContext context) {
        this.context = context;
        banner = new ErrorBanner(context.i18n());
        banner.setId("teach-error");
        controller = new TeachController(context, model, error -> banner.show(error));
        actions = new ActionPane(context, model, controller, banner);
        rewind = new Rewind(error -> banner.show(error));
        watch = new WatchPane(context, model, error -> banner.show(error), rewind);
        sees = new SeesPane(context, model);
        getStyleClass().add("view");
        setTop(banner);
        TeachForm form = new TeachForm(context, model, controller);
        ScrollPane scroll = WatchPane.scrolled(form);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        VBox left = Ui.styled(new VBox(12, form.modes(), scroll, actions), "panel");
        left.setMinWidth(272);
        left.setPrefWidth(312);
        setLeft(left);
        setCenter(watch);
        BorderPane.setMargin(watch, new Insets(0, 12, 0, 12));
        batch = new BatchPane(context, model.pairs, "teach-batch", error -> banner.show(error));
        setRight(new StackPane(sees, past(), batch));
        addEventHandler(KeyEvent.KEY_PRESSED, e -> {
            if (e.getCode() == KeyCode.ESCAPE && model.pairs.picked.get().isPresent()) {
                model.pairs.close();
                e.consume();
            }
        });
        pulse.getKeyFrames().setAll(new KeyFrame(GLANCE, e -> tick()));
        pulse.setCycleCount(Timeline.INDEFINITE);
        model.starting.subscribe(s -> {
            if (s) {
                setBottom(null);
            }
            watch.tick();
        });
    }

    /// Takes the place of what the model sees now while a person looks back.
    private MomentPane past() {
        MomentPane past = Ui.styled(new MomentPane(context, rewind, "teach-moment"), "panel");
        past.setPrefWidth(280);
        past.setMinWidth(232);
        past.setMaxWidth(320);
        rewind.momentProperty().subscribe(m -> {
            if (m.isPresent()) {
                model.pairs.close();
            }
            right(past);
        });
        model.pairs.picked.subscribe(p -> right(past));
        return past;
    }

    private void right(MomentPane past) {
        boolean picked = model.pairs.picked.get().isPresent();
        boolean back = rewind.momentProperty().get().isPresent() && !picked;
        Ui.show(past, back);
        Ui.show(sees, !back && !picked);
    }

    Rewind rewind() {
        return rewind;
    }

    TeachModel model() {
        return model;
    }

    TeachController controller() {
        return controller;
    }

    ActionPane actions() {
        return actions;
    }

    WatchPane watch() {
        return watch;
    }

    SeesPane sees() {
        return sees;
    }

    void shown(boolean inSight) {
        if (inSight) {
            tick();
            pulse.play();
            if (model.run.get().isEmpty() && !model.starting.get()) {
                controller.interrupted(this::offer);
            }
        } else {
            pulse.stop();
            rewind.hold();
        }
    }

    private void tick() {
        if (getScene() == null || getScene().getWindow() == null || !getScene().getWindow().isShowing()) {
            return; // a window that was closed asks nothing of an engine that may be closed too
        }
        model.run.get().ifPresent(r -> model.status.set(Optional.of(r.status())));
        watch.tick();
        sees.tick();
        batch.tick();
        actions.tick();
    }

    /// Looks at the pairs of the newest step.
    void lookAtPairs() {
        model.run.get().ifPresent(r -> model.pairs.pick(PairsModel.drawn(r) - 1));
    }

    void goOn(String run, OptionalInt more) {
        setBottom(null);
        banner.hide();
        if (more.isPresent()) {
            controller.branch(run, more.getAsInt());
        } else {
            controller.goOn(run);
        }
    }

    private void offer(RunSummary run) {
        if (model.run.get().isPresent() || model.starting.get()) {
            return; // something was started while the runs were read
        }
        Button go = Ui.button(context.i18n(), "finetune.interrupted.go", () -> {
            setBottom(null);
            banner.hide();
            controller.goOn(run.id());
        });
        go.setId("teach-go-on");
        HBox offer = Ui.styled(
                Ui.row(12, context.i18n().label("finetune.interrupted", run.id(), run.step()), Ui.spring(), go,
                        Ui.iconButton(context.i18n(), "mdi2c-close", "shell.close", () -> setBottom(null))),
                "panel-subtle");
        BorderPane.setMargin(offer, new Insets(12, 0, 0, 0));
        setBottom(offer);
    }
}
