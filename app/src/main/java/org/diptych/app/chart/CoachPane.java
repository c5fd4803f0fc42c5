package org.diptych.app.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Note;
import org.diptych.engine.api.RunLog;

/// What the numbers of the drawn runs say, a quiet list; a click shows on the curve what a sentence rests on.
public final class CoachPane extends VBox {
    private final I18n i18n;
    private final Function<RunLog, List<Note>> coach;
    private final Consumer<Optional<Note>> highlight;
    private final VBox list = new VBox(6);
    private List<CurveBoard.Shown> runs = List.of();
    private List<Told> told = List.of();
    private int rows = -1;
    private int asked;
    private boolean reading;

    /// A note and whose it is.
    private record Told(String run, Note note) {
    }

    /// @param coach     reads a log; takes a moment, so it is asked beside the window's thread
    /// @param highlight shows a note's evidence, or nothing
    public CoachPane(I18n i18n, Function<RunLog, List<Note>> coach, Consumer<Optional<Note>> highlight) {
        super(6);
        this.i18n = i18n;
        this.coach = coach;
        this.highlight = highlight;
        setId("coach");
        getChildren().addAll(Ui.styled(i18n.label("coach.title"), "strong"), list);
        i18n.textsProperty().subscribe(t -> fill());
    }

    /// Listens to other runs.
    public void show(List<CurveBoard.Shown> next) {
        runs = List.copyOf(next);
        told = List.of();
        rows = -1;
        asked++;
        reading = false;
        fill();
        tick();
    }

    /// Reads what the logs hold now, unless nothing came or the last reading still goes on.
    public void tick() {
        int now = runs.stream().mapToInt(r -> r.log().size()).sum();
        if (reading || now == rows) {
            return;
        }
        reading = true;
        int mine = asked;
        List<CurveBoard.Shown> read = runs;
        Fx.deliver(CompletableFuture.supplyAsync(() -> {
            List<Told> out = new ArrayList<>();
            read.forEach(run -> coach.apply(run.log()).forEach(n -> out.add(new Told(run.name(), n))));
            return out;
        }), out -> {
            if (mine == asked) {
                reading = false;
                rows = now;
                if (!out.equals(told) || list.getChildren().isEmpty()) {
                    told = out;
                    fill();
                }
            }
        }, error -> reading = false);
    }

    /// @return the notes in the list
    public List<Note> notes() {
        return told.stream().map(Told::note).toList();
    }

    private void fill() {
        list.getChildren().clear();
        Ui.show(this, !runs.isEmpty());
        if (told.isEmpty()) {
            list.getChildren().add(Ui.styled(Ui.wrapped(i18n.label("coach.none")), "muted", "small"));
            return;
        }
        ToggleGroup one = new ToggleGroup();
        for (Told item : told) {
            Note note = item.note();
            Label says = Ui.styled(
                    Ui.wrapped(new Label((runs.size() > 1 ? item.run() + ": " : "") + i18n.texts().get(note.says()))),
                    "small");
            Label todo = Ui.styled(Ui.wrapped(new Label(i18n.texts().get(note.todo()))), "small", "muted");
            ToggleButton show = new ToggleButton(null, Ui.icon("mdi2c-chart-timeline-variant"));
            show.getStyleClass().addAll("button-icon", "flat");
            show.setTooltip(i18n.tooltip("coach.show"));
            show.accessibleTextProperty().bind(i18n.text("coach.show"));
            show.setToggleGroup(one);
            show.setOnAction(e -> highlight.accept(show.isSelected() ? Optional.of(note) : Optional.empty()));
            show.setMinWidth(USE_PREF_SIZE);
            VBox words = new VBox(2, says, todo);
            words.setOnMouseClicked(e -> show.fire());
            javafx.scene.layout.HBox.setHgrow(words, javafx.scene.layout.Priority.ALWAYS);
            var row = Ui.row(6, show, words);
            row.setAlignment(javafx.geometry.Pos.TOP_LEFT);
            list.getChildren().add(row);
        }
    }
}
