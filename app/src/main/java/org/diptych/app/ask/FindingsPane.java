package org.diptych.app.ask;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.ask.Turn.Finding;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.InspectResult;

/// What a model answers without writing: how well both match, the likeliest answers of its list, the likeliest words of each gap.
final class FindingsPane extends VBox {
    private final I18n i18n;
    private final Turn turn;
    private final AskController controller;

    FindingsPane(I18n i18n, Turn turn, AskController controller) {
        super(8);
        this.i18n = i18n;
        this.turn = turn;
        this.controller = controller;
        setId("ask-findings");
        turn.finding.subscribe(f -> show());
        turn.rests.subscribe(r -> show());
    }

    void show() {
        getChildren().clear();
        turn.found.get().ifPresent(found -> {
            switch (turn.mode()) {
                case MATCH -> match(found);
                case QUESTION -> getChildren().add(guesses(found.answers(), -1));
                case FILL -> found.fills().forEach((place, words) -> gap(found, place, words));
                case CAPTION, CHAT -> throw new IllegalStateException("these are written");
            }
        });
        Ui.show(this, !getChildren().isEmpty());
    }

    /// A probability with the logit behind it, or a cosine with what it is scaled to.
    private void match(InspectResult found) {
        HBox row = Ui.row(24);
        for (Map.Entry<String, Double> score : found.scores().entrySet()) {
            row.getChildren().add(figure("ask.score." + score.getKey(), score.getKey().equals("match")
                    ? RivalsPane.percent(score.getValue())
                    : number(score.getValue())));
        }
        if (found.scores().containsKey("match")) {
            row.getChildren().add(figure("ask.score.logit",
                    turn.rests.get().map(r -> number(r.score())).orElse("\u2026")));
        }
        getChildren().add(row);
    }

    private VBox figure(String key, String value) {
        Label number = Ui.styled(new Label(value), "title");
        number.setId(key.replace('.', '-'));
        return Ui.column(0, number, Ui.styled(i18n.label(key), "small", "muted"));
    }

    private void gap(InspectResult found, int place, List<Guess> words) {
        ToggleButton button = new ToggleButton();
        i18n.label(button, "ask.gap.which", List.copyOf(found.fills().keySet()).indexOf(place) + 1);
        Finding finding = new Finding(place, "");
        button.setSelected(turn.finding.get().equals(finding));
        button.setTooltip(i18n.tooltip("ask.gap.which.why"));
        button.setOnAction(e -> {
            button.setSelected(true);
            controller.choose(turn, finding);
        });
        getChildren().addAll(button, guesses(words, place));
    }

    private GridPane guesses(List<Guess> all, int place) {
        GridPane rows = new GridPane(8, 6);
        ColumnConstraints name = new ColumnConstraints(64, Region.USE_COMPUTED_SIZE, 200);
        ColumnConstraints bar = new ColumnConstraints();
        bar.setHgrow(Priority.ALWAYS);
        rows.getColumnConstraints().addAll(name, bar);
        for (int i = 0; i < all.size(); i++) {
            Guess guess = all.get(i);
            boolean chosen = place >= 0 ? i == 0 : turn.finding.get().answer().equals(guess.name());
            Label label = Ui.styled(new Label(guess.name()), chosen ? "strong" : "muted", "elides");
            label.setTooltip(new Tooltip(guess.name()));
            Label share = Ui.styled(new Label(RivalsPane.percent(guess.probability())), "small");
            share.setMinWidth(Region.USE_PREF_SIZE);
            HBox value = new HBox(share);
            value.setAlignment(Pos.CENTER_RIGHT);
            if (place < 0) {
                label.getStyleClass().add("choosable");
                label.setOnMouseClicked(e -> controller.choose(turn, new Finding(-1, guess.name())));
            }
            rows.addRow(i, label, RivalsPane.bar(guess.probability(), chosen), value);
        }
        return rows;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
