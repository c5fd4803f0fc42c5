package org.diptych.app.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import javafx.geometry.Insets;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Conversation.Turn;

/// What is asked and answered about a picture, turn by turn, each text to be changed.
final class TurnsPane extends ScrollPane {
    private static final double QUESTION = 44;
    private static final double ANSWER = 68;
    /// Letters that fill the two lines of an answer; longer ones get more room.
    private static final int LINES = 90;

    /// @param question to be changed
    /// @param answer   to be changed
    private record Fields(TextEdit question, TextEdit answer) {
        void reset(Turn turn) {
            question.reset(turn.question());
            answer.reset(turn.answer());
        }

        void show(Turn turn) {
            question.show(turn.question());
            answer.show(turn.answer());
        }
    }

    private final I18n i18n;
    private final BiConsumer<Integer, Turn> keep;
    private final VBox all = new VBox(12);
    private final List<Fields> fields = new ArrayList<>();
    private List<Turn> turns = List.of();

    /// @param keep gets the place of a turn that was changed, and what it is now
    TurnsPane(I18n i18n, BiConsumer<Integer, Turn> keep) {
        this.i18n = i18n;
        this.keep = keep;
        all.setPadding(new Insets(0, 12, 0, 0)); // room for the bar
        setContent(all);
        setFitToWidth(true);
    }

    /// Shows turns in the place of whatever was typed.
    void reset(List<Turn> others) {
        turns = others;
        fields.clear();
        all.getChildren().clear();
        for (int i = 0; i < turns.size(); i++) {
            add(i);
            fields.get(i).reset(turns.get(i));
        }
        setVvalue(0);
    }

    private void add(int place) {
        Label number = Ui.styled(i18n.label("sets.turn.number", place + 1), "strong", "small");
        TextEdit question = new TextEdit(i18n, "data-question-" + place, "sets.turn.question", QUESTION,
                text -> keep.accept(place, new Turn(text, turns.get(place).answer())));
        TextEdit answer = new TextEdit(i18n, "data-answer-" + place, "sets.turn.answer",
                turns.get(place).answer().length() > LINES ? 2 * ANSWER : ANSWER,
                text -> keep.accept(place, new Turn(turns.get(place).question(), text)));
        fields.add(new Fields(question, answer));
        all.getChildren().add(new VBox(4, number, question, answer));
    }

    /// Shows the same turns as they are now.
    void show(List<Turn> now) {
        if (now.size() != fields.size()) {
            reset(now);
        }
        turns = now;
        for (int i = 0; i < now.size(); i++) {
            fields.get(i).show(now.get(i));
        }
    }

    /// Keeps what was typed.
    void take() {
        for (Fields each : List.copyOf(fields)) {
            each.question.take();
            each.answer.take();
        }
    }
}
