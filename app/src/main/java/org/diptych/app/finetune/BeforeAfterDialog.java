package org.diptych.app.finetune;

import java.util.Locale;
import java.util.Optional;
import javafx.animation.Animation;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.beans.binding.BooleanBinding;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.finetune.BeforeAfter.Side;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.TrainingControl;

/// A run's model and what it began from, side by side on one input. What is opened for it is freed when it closes.
final class BeforeAfterDialog extends Dialog<Void> {
    private static final Duration OFTEN = Duration.millis(100);
    private static final double WIDTH = 944;
    private static final double HEIGHT = 560;

    private final I18n i18n;
    private final BeforeAfter asking;
    private final ErrorBanner banner;
    private final BeforeAfterMaps maps;
    private final BeforeAfterTable table;
    private final TokenStrip words = new TokenStrip(false);
    private final CheckBox same = new CheckBox();
    private final ProgressBar bar = new ProgressBar();
    private final Label doing = Ui.styled(new Label(), "small", "muted");
    private final Timeline clock = new Timeline(new KeyFrame(OFTEN, e -> progress()));
    private int most = 1;

    /// @param model the run's, as the engine holds it
    /// @param step  that the run has come to
    BeforeAfterDialog(AppContext context, TrainingControl run, LoadedModel model, int step) {
        i18n = context.i18n();
        banner = new ErrorBanner(i18n);
        asking = new BeforeAfter(context, run, model, this::failed);
        maps = new BeforeAfterMaps(i18n, step);
        table = new BeforeAfterTable(i18n, asking);
        initOwner(context.window().get());
        titleProperty().bind(i18n.text("finetune.sides.title"));
        setResizable(true);
        getDialogPane().setMinWidth(WIDTH); // the theme's greatest width is meant for messages
        ButtonType close = new ButtonType(i18n.get("shell.close"), ButtonBar.ButtonData.CANCEL_CLOSE);
        getDialogPane().getButtonTypes().setAll(close);
        ((Button) getDialogPane().lookupButton(close)).textProperty().bind(i18n.text("shell.close"));
        VBox all = new VBox(10, banner, input());
        if (asking.answers()) {
            all.getChildren().add(question());
        }
        boolean mapped = !asking.methods().isEmpty();
        if (mapped) {
            VBox.setVgrow(maps, Priority.ALWAYS);
            all.getChildren().addAll(words, how(), maps);
        } else {
            all.getChildren().add(Ui.styled(Ui.wrapped(i18n.label("finetune.sides.maps.none")), "hint"));
        }
        all.getChildren().add(table);
        ScrollPane scroll = new ScrollPane(all);
        scroll.setFitToWidth(true);
        scroll.setFitToHeight(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        scroll.setPrefHeight(HEIGHT);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        getDialogPane().setContent(new VBox(8, scroll, state()));
        getDialogPane().addEventFilter(KeyEvent.KEY_PRESSED, e -> {
            if (e.getCode() == KeyCode.ESCAPE) { // the words would take it for themselves
                e.consume();
                close();
            }
        });
        follow();
        clock.setCycleCount(Animation.INDEFINITE);
        setOnShown(e -> {
            clock.play();
            Fx.later(words::requestFocus); // behind the dialog's own choice, its button
            asking.go();
        });
        setOnHidden(e -> {
            clock.stop();
            asking.close();
        });
    }

    private Node input() {
        TextField sentence = new TextField();
        sentence.setId("sides-sentence");
        sentence.promptTextProperty().bind(i18n.text("inspect.text.prompt"));
        sentence.accessibleTextProperty().bind(i18n.text("inspect.text.prompt"));
        asking.exhibit.subscribe(e -> sentence.setText(e.sentence()));
        sentence.setOnAction(e -> asking.say(sentence.getText()));
        HBox.setHgrow(sentence, Priority.ALWAYS);
        Button next = Ui.button(i18n, "inspect.scene", asking::nextScene);
        next.setId("sides-scene");
        return Ui.row(8, sentence, next);
    }

    private Node question() {
        TextField question = new TextField();
        question.setId("sides-question");
        question.promptTextProperty().bind(i18n.text("finetune.sides.question.prompt"));
        asking.question.subscribe(question::setText);
        question.setOnAction(e -> asking.question.set(question.getText().strip()));
        HBox.setHgrow(question, Priority.ALWAYS);
        Label label = i18n.label("finetune.sides.question");
        label.setLabelFor(question);
        return Ui.row(8, label, question);
    }

    private Node how() {
        words.setId("sides-words");
        words.accessibleTextProperty().bind(i18n.text("inspect.words"));
        words.selectionProperty().bindBidirectional(asking.words);
        Segments<Optional<RelevanceMethod>> methods = new Segments<>(asking.method);
        methods.setId("sides-methods");
        methods.setPrefWrapLength(WIDTH); // one row where there is room
        methods.show(asking.methods().stream().map(Optional::of).toList(), m -> {
            String key = "inspect.method." + m.orElseThrow().name().toLowerCase(Locale.ROOT);
            ToggleButton button = Ui.toggle(i18n, key);
            button.setTooltip(i18n.tooltip(key + ".why"));
            return button;
        });
        HBox.setHgrow(methods, Priority.ALWAYS);
        i18n.label(same, "finetune.sides.scale").setTooltip(i18n.tooltip("finetune.sides.scale.why"));
        same.setId("sides-scale");
        same.setSelected(true);
        same.setMinWidth(CheckBox.USE_PREF_SIZE);
        return Ui.row(12, methods, same);
    }

    /// How far it is, and the one thing to do about that.
    private Node state() {
        bar.setPrefWidth(120);
        doing.setId("sides-doing");
        Button cancel = Ui.button(i18n, "shell.cancel", asking::stop);
        cancel.setId("sides-cancel");
        Button rest = Ui.button(i18n, "finetune.sides.rest", this::rest);
        rest.setId("sides-rest");
        asking.busyProperty().subscribe(b -> {
            Ui.show(bar, b);
            Ui.show(cancel, b);
            progress();
        });
        BooleanBinding halted = asking.busyProperty().not().and(asking.leftProperty().greaterThan(0));
        rest.visibleProperty().bind(halted);
        rest.managedProperty().bind(halted);
        HBox row = Ui.row(8, bar, doing, Ui.spring(), cancel, rest);
        row.setMinHeight(32);
        return row;
    }

    private void rest() {
        banner.hide();
        asking.go();
    }

    private void failed(Throwable error) {
        banner.show(error);
    }

    private void progress() {
        int left = asking.leftProperty().get();
        most = Math.max(left, left == 0 ? 1 : most);
        bar.setProgress((double) (most - left) / most);
        doing.setText(asking.busyProperty().get()
                ? asking.running().map(j -> i18n.texts().get(j.title())).orElse("")
                : i18n.get(left > 0 ? "finetune.sides.stopped" : "finetune.sides.done"));
    }

    private void follow() {
        asking.exhibit.subscribe(e -> maps.picture(e.input().shown()));
        for (Side side : Side.values()) {
            asking.found(side).subscribe(f -> draw());
        }
        same.selectedProperty().subscribe(s -> draw());
        i18n.textsProperty().subscribe(t -> draw());
    }

    private void draw() {
        Findings was = asking.found(Side.BEFORE).get();
        Findings is = asking.found(Side.AFTER).get();
        is.look().or(was::look).map(InspectResult::tokens).filter(t -> !t.equals(words.tokens()))
                .ifPresent(words::setTokens);
        maps.show(was, is, same.isSelected(), asking.scale());
        table.show();
        progress();
    }
}
