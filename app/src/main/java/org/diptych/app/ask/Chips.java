package org.diptych.app.ask;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import javafx.css.PseudoClass;
import javafx.scene.control.Label;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;

/// Words side by side, each over a tint that says how much it was looked at. A click chooses one, or the arrow keys do.
final class Chips extends FlowPane {
    private static final PseudoClass SELECTED = PseudoClass.getPseudoClass("selected-word");
    private static final PseudoClass SPECIAL = PseudoClass.getPseudoClass("special-word");
    /// So that a word stays readable on its tint.
    private static final double STRONGEST = 0.5;

    private final List<Chip> chips = new ArrayList<>();
    private final Optional<IntConsumer> choose;
    private int chosen = -1;

    /// @param choose what a click does with a word's number; empty for words that are only looked at
    Chips(Optional<IntConsumer> choose, String... classes) {
        super(0, 4);
        this.choose = choose;
        getStyleClass().add("token-strip");
        getStyleClass().addAll(classes);
        setFocusTraversable(choose.isPresent());
        setOnKeyPressed(this::key);
    }

    int size() {
        return chips.size();
    }

    void add(String word, boolean special) {
        Chip chip = new Chip(word, special, chips.size());
        chips.add(chip);
        getChildren().add(chip);
    }

    void clear() {
        chips.clear();
        getChildren().clear();
        chosen = -1;
    }

    /// @param index -1 for none
    void select(int index) {
        chosen = index;
        for (int i = 0; i < chips.size(); i++) {
            chips.get(i).label.pseudoClassStateChanged(SELECTED, i == index);
        }
    }

    /// @param shares one value a word, the greatest tints the most; words beyond the last have none
    void tint(float[] shares) {
        float most = 1e-9f;
        for (float share : shares) {
            most = Math.max(most, share);
        }
        for (int i = 0; i < chips.size(); i++) {
            chips.get(i).tint.setOpacity(i < shares.length ? STRONGEST * Math.max(0, shares[i] / most) : 0);
        }
    }

    private void key(KeyEvent event) {
        int next = switch (event.getCode()) {
            case RIGHT -> Math.min(chips.size() - 1, chosen + 1);
            case LEFT -> Math.max(0, chosen - 1);
            case HOME -> 0;
            case END -> chips.size() - 1;
            default -> -1;
        };
        if (next >= 0 && next < chips.size()) {
            choose.ifPresent(c -> c.accept(next));
            event.consume();
        }
    }

    private final class Chip extends StackPane {
        private final Region tint = new Region();
        private final Label label;

        Chip(String word, boolean special, int index) {
            label = new Label(word);
            label.getStyleClass().add("token");
            label.setMinWidth(USE_PREF_SIZE);
            label.pseudoClassStateChanged(SPECIAL, special);
            tint.getStyleClass().add("token-tint");
            tint.setOpacity(0);
            getChildren().addAll(tint, label);
            choose.ifPresent(c -> setOnMouseClicked(e -> {
                Chips.this.requestFocus();
                c.accept(index);
                e.consume();
            }));
        }
    }
}
