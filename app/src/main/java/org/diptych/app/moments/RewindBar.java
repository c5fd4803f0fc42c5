package org.diptych.app.moments;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.beans.property.SimpleObjectProperty;
import javafx.geometry.Insets;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Pane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Moments;

/// The scrubber of a run: a thumb on its steps, a tick for each moment. Arrow keys go from one to the next, Home and End to the ends, Space plays.
public final class RewindBar extends VBox {
    /// Half of the thumb, which the slider's track is shorter by on either side.
    private static final double THUMB = 8;
    private static final double TICK = 5;
    private static final double KILO = 1024;

    private final I18n i18n;
    private final Rewind rewind;
    private final Slider slider = new Slider();
    private final Ticks ticks = new Ticks();
    private final Button play;
    private final ToggleButton live;
    private final Label where = Ui.styled(new Label(), "small");
    private final Label size = Ui.styled(new Label(), "muted", "small");
    private final Label why = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final SimpleObjectProperty<Optional<String>> none = new SimpleObjectProperty<>(Optional.empty());
    private final HBox tools;
    private boolean setting;

    /// @param id of the slider; the buttons have it with an ending
    public RewindBar(AppContext context, Rewind rewind, String id) {
        super(4);
        this.i18n = context.i18n();
        this.rewind = rewind;
        slider.setId(id);
        slider.setMin(0);
        slider.accessibleTextProperty().bind(i18n.text("moments.scrub"));
        slider.setTooltip(i18n.tooltip("moments.scrub.keys"));
        slider.addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        slider.valueProperty().subscribe((old, value) -> {
            if (!setting) {
                rewind.hold();
                rewind.go(value.doubleValue());
            }
        });
        slider.valueChangingProperty().subscribe(c -> place());
        slider.setOnMouseReleased(e -> place());
        play = Ui.iconButton(i18n, "mdi2p-play", "moments.play", rewind::playOrHold);
        play.setId(id + "-play");
        live = Ui.toggle(i18n, "moments.live");
        live.setId(id + "-live");
        live.setOnAction(e -> {
            rewind.live();
            live.setSelected(true);
        });
        MenuButton export = new MomentExport(context, rewind).button();
        export.setId(id + "-export");
        StackPane track = new StackPane(ticks, slider);
        HBox.setHgrow(track, Priority.ALWAYS);
        tools = Ui.row(8, play, track, live, export);
        HBox said = Ui.row(12, where, Ui.spring(), size);
        where.setMinWidth(Region.USE_PREF_SIZE);
        where.setId(id + "-where");
        size.setId(id + "-size");
        why.setId(id + "-why");
        getChildren().addAll(tools, said, why);
        rewind.sourceProperty().subscribe(s -> refresh());
        rewind.keptProperty().subscribe(k -> refresh());
        rewind.knownProperty().subscribe(k -> refresh());
        rewind.atProperty().subscribe(a -> refresh());
        rewind.playingProperty().subscribe(p -> {
            play.setGraphic(Ui.icon(p ? "mdi2p-pause" : "mdi2p-play"));
            play.accessibleTextProperty().bind(i18n.text(p ? "moments.hold" : "moments.play"));
            play.setTooltip(i18n.tooltip(p ? "moments.hold" : "moments.play"));
        });
        none.subscribe(n -> refresh());
        i18n.textsProperty().subscribe(t -> refresh());
    }

    /// Why the run keeps no moments, as the engine tells it.
    public void setWhyNone(Optional<String> reason) {
        none.set(reason);
    }

    private void key(KeyEvent event) {
        switch (event.getCode()) {
            case LEFT, DOWN -> rewind.move(-1);
            case RIGHT, UP -> rewind.move(1);
            case HOME -> rewind.first();
            case END -> rewind.last();
            case SPACE -> rewind.playOrHold();
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void refresh() {
        List<Moments.Mark> marks = rewind.keptProperty().get().marks();
        boolean any = !marks.isEmpty();
        Ui.show(tools, any);
        Ui.show((Region) where.getParent(), any);
        boolean follow = rewind.sourceProperty().get().filter(Rewind.Source::follow).isPresent();
        why.setText(none.get().orElseGet(() -> i18n.get(follow ? "moments.none.yet" : "moments.none")));
        Ui.show(why, rewind.sourceProperty().get().isPresent() && rewind.knownProperty().get()
                && (!any || none.get().isPresent()));
        live.textProperty().bind(i18n.text(follow ? "moments.live" : "moments.now"));
        live.setSelected(rewind.atProperty().get().isEmpty());
        if (!any) {
            return;
        }
        int steps = Math.max(1, Math.max(rewind.sourceProperty().get().map(Rewind.Source::steps).orElse(1),
                marks.getLast().step()));
        ticks.show(marks, steps);
        setting = true;
        slider.setMax(steps);
        setting = false;
        place();
        where.setText(rewind.atProperty().get().isPresent()
                ? i18n.get("moments.step", rewind.atProperty().get().getAsInt(), steps)
                : i18n.get(follow ? "moments.where.live" : "moments.where.now"));
        size.setText(i18n.get("moments.kept", marks.size(), size(rewind.keptProperty().get().bytes())));
    }

    /// The thumb stands on a moment, wherever it was let go.
    private void place() {
        List<Moments.Mark> marks = rewind.keptProperty().get().marks();
        if (!slider.isValueChanging() && !marks.isEmpty()) {
            setting = true;
            slider.setValue(rewind.atProperty().get().orElse(marks.getLast().step()));
            setting = false;
        }
    }

    static String size(long bytes) {
        return bytes < KILO * KILO
                ? String.format(Locale.ROOT, "%.0f KB", bytes / KILO)
                : String.format(Locale.ROOT, "%.1f MB", bytes / KILO / KILO);
    }

    /// A short line below the track for each moment.
    private static final class Ticks extends Pane {
        private List<Moments.Mark> marks = List.of();
        private int steps = 1;

        Ticks() {
            setMouseTransparent(true);
            setPadding(new Insets(0));
        }

        void show(List<Moments.Mark> next, int most) {
            if (next.equals(marks) && most == steps) {
                return;
            }
            marks = next;
            steps = most;
            getChildren().setAll(marks.stream().map(m -> Ui.styled(new Region(), "moment-tick")).toList());
            requestLayout();
        }

        @Override
        protected void layoutChildren() {
            double room = getWidth() - 2 * THUMB;
            for (int i = 0; i < marks.size(); i++) {
                getChildren().get(i).resizeRelocate(
                        Math.round(THUMB + room * marks.get(i).step() / steps), getHeight() - TICK, 1, TICK);
            }
        }
    }
}
