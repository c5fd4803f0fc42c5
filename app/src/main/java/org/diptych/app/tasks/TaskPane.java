package org.diptych.app.tasks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.image.ImageView;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import javafx.scene.paint.Color;
import org.diptych.app.canvas.BoxOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.Tokens;

/// One objective under one way of hiding: what the model sees, then what it guesses.
final class TaskPane extends VBox {
    private static final double PICTURE = 132;
    private static final double CROP = 40;
    /// Of many hidden patches a few tell enough.
    private static final int TOLD = 3;
    private static final Color HIDDEN = Color.web("#8b949e");

    private final I18n i18n;
    private final TasksModel.Input input;
    private final TaskView view;

    TaskPane(I18n i18n, TasksModel.Input input, TaskView view) {
        super(12);
        this.i18n = i18n;
        this.input = input;
        this.view = view;
        getStyleClass().add("task-pane");
        if (view.lacks().isPresent()) {
            Label why = Ui.styled(Ui.wrapped(new Label()), "hint");
            why.textProperty().bind(i18n.text(view.lacks().get()));
            getChildren().add(why);
            return;
        }
        if (view.picture()) {
            getChildren().add(picture());
        }
        view.shown().ifPresent(t -> getChildren().add(words(t)));
        view.pair().ifPresent(this::pair);
        view.plan().ifPresent(plan -> {
            note("tasks.plan");
            getChildren().add(new PlanGrid(i18n, view.shown().orElseThrow(), plan));
        });
        view.words().stream().filter(TaskView.Word::asked).forEach(this::word);
        view.places().stream().filter(TaskView.Place::asked).limit(TOLD).forEach(this::place);
        long more = view.places().stream().filter(TaskView.Place::asked).count() - TOLD;
        if (more > 0) {
            note("tasks.more", more);
        }
        view.choice().ifPresent(c -> {
            note("tasks.choice");
            getChildren().add(new GuessBars(c.guesses(), c.right(), c.found(), view.task() != Task.ANSWERS));
        });
        if (view.words().stream().anyMatch(w -> !w.asked()) || view.places().stream().anyMatch(p -> !p.asked())) {
            note("tasks.silent");
        }
        if (view.examples() > 1) {
            note("tasks.examples", view.examples(), view.examples() - 1);
        }
    }

    private void note(String key, Object... args) {
        getChildren().add(Ui.styled(Ui.wrapped(i18n.label(key, args)), "small", "muted"));
    }

    /// Hidden boxes are covered and numbered, the others outlined.
    private ImageCanvas picture() {
        ImageCanvas canvas = new ImageCanvas();
        canvas.getStyleClass().add("task-picture");
        canvas.setMinHeight(PICTURE);
        canvas.setPrefHeight(PICTURE);
        canvas.setMaxHeight(PICTURE);
        canvas.setPicture(input.shown());
        BoxOverlay boxes = new BoxOverlay();
        canvas.overlays().add(boxes);
        Set<Integer> hidden = view.places().stream().map(TaskView.Place::box).collect(Collectors.toSet());
        boolean patches = view.boxes().size() > hidden.size() && hidden.size() > TOLD;
        List<BoxOverlay.Mark> marks = new ArrayList<>();
        for (int i = 0; i < view.boxes().size(); i++) {
            if (hidden.contains(i) || !patches) {
                String number = view.plan().isPresent() && view.boxes().size() <= PlanGrid.NUMBERED
                        ? Integer.toString(i + 1)
                        : "";
                marks.add(new BoxOverlay.Mark(scaled(view.boxes().get(i)), number,
                        hidden.contains(i) ? HIDDEN : Color.TRANSPARENT, false));
            }
        }
        boxes.show(marks);
        canvas.accessibleTextProperty().bind(i18n.text("tasks.picture", hidden.size()));
        return canvas;
    }

    private Box scaled(Box box) {
        float s = (float) input.shown().width() / input.seen().width();
        return new Box(box.x1() * s, box.y1() * s, box.x2() * s, box.y2() * s);
    }

    private FlowPane words(Tokens tokens) {
        FlowPane flow = new FlowPane(5, 4);
        Set<Integer> hidden = view.words().stream().map(TaskView.Word::place).collect(Collectors.toSet());
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.tokens().get(i).special() && !hidden.contains(i)) {
                continue;
            }
            Label label = Ui.styled(new Label(tokens.tokens().get(i).string()), "task-word");
            if (hidden.contains(i)) {
                int place = i;
                label.getStyleClass().add("hidden-word");
                label.setTooltip(new Tooltip(view.words().stream().filter(w -> w.place() == place).findFirst()
                        .orElseThrow().truth()));
            }
            flow.getChildren().add(label);
        }
        return flow;
    }

    private void pair(TaskView.Pair pair) {
        Label whose = Ui.styled(i18n.label(pair.together() ? "tasks.own" : "tasks.foreign"), "badge",
                pair.together() ? "good" : "warn");
        getChildren().add(new HBox(whose));
        if (pair.probability().isPresent()) {
            double match = pair.probability().getAsDouble();
            note("tasks.match");
            GuessBars bars = new GuessBars(false);
            bars.add(i18n.text("tasks.match.yes"), match, pair.together());
            bars.add(i18n.text("tasks.match.no"), 1 - match, !pair.together());
            getChildren().add(bars);
        }
    }

    private void word(TaskView.Word word) {
        note("tasks.word", view.shown().orElseThrow().tokens().get(word.place()).string(), word.truth());
        getChildren().add(new GuessBars(word.guesses(), word.truth(), word.found(), false));
        if (view.blind(word)) {
            Label blind = Ui.styled(i18n.label("tasks.blind"), "badge", "warn", "task-blind");
            blind.setTooltip(i18n.tooltip("tasks.blind.why"));
            getChildren().add(new HBox(blind));
        }
    }

    private void place(TaskView.Place place) {
        if (!place.guesses().isEmpty()) {
            note("tasks.place", place.truth());
            getChildren().add(new GuessBars(place.guesses(), place.truth(), place.found(), false));
        }
        if (place.error().isPresent()) {
            note("tasks.error", String.format(Locale.ROOT, "%.4f", place.error().getAsDouble()));
            HBox crops = Ui.row(16);
            crop("tasks.was", place.was(), crops);
            crop("tasks.told", place.told(), crops);
            if (!crops.getChildren().isEmpty()) {
                getChildren().add(crops);
            }
        }
    }

    /// Features that are the picture itself can be looked at.
    private void crop(String key, Optional<Picture> picture, HBox into) {
        picture.ifPresent(p -> {
            ImageView shown = new ImageView(Pixels.image(p));
            shown.setFitWidth(CROP);
            shown.setFitHeight(CROP);
            shown.setSmooth(false);
            HBox one = Ui.row(6, shown, Ui.styled(i18n.label(key), "small", "muted"));
            one.setAlignment(Pos.CENTER_LEFT);
            into.getChildren().add(one);
        });
    }
}
