package org.diptych.app.tasks;

import java.util.List;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;

/// Cards in as many columns as there is room for; a row's cards are equally tall.
final class CardGrid extends GridPane {
    private static final double LEAST = 280;
    private static final double GAP = 12;

    private List<TaskCard> cards = List.of();
    private int columns;

    CardGrid() {
        setHgap(GAP);
        setVgap(GAP);
        widthProperty().subscribe(w -> {
            if (room() != columns) {
                place();
            }
        });
    }

    void show(List<TaskCard> next) {
        cards = List.copyOf(next);
        place();
    }

    private int room() {
        int most = Math.max(2, (int) ((getWidth() + GAP) / (LEAST + GAP)));
        // cards of two columns would leave one empty
        return cards.stream().anyMatch(c -> c.columns() > 1) ? most / 2 * 2 : most;
    }

    private void place() {
        columns = room();
        getColumnConstraints().clear();
        for (int i = 0; i < columns; i++) {
            ColumnConstraints column = new ColumnConstraints();
            column.setPercentWidth(100.0 / columns);
            getColumnConstraints().add(column);
        }
        getChildren().clear();
        int row = 0;
        int at = 0;
        for (TaskCard card : cards) {
            if (at + card.columns() > columns) {
                row++;
                at = 0;
            }
            add(card, at, row, card.columns(), 1);
            at += card.columns();
        }
    }
}
