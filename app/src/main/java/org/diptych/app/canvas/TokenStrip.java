package org.diptych.app.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleObjectProperty;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.Pane;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.shape.Rectangle;
import org.diptych.engine.api.Tokens;

/// The words of a sentence as a model read them, each with a bar below. A click chooses a word, Shift-click a run of words, the arrow keys the next one,
/// Escape none.
public final class TokenStrip extends FlowPane {
    /// A run of tokens, both ends included.
    public record Span(int first, int last) {
        public boolean contains(int token) {
            return token >= first && token <= last;
        }
    }

    private static final PseudoClass SELECTED = PseudoClass.getPseudoClass("selected-word");
    private static final PseudoClass SPECIAL = PseudoClass.getPseudoClass("special-word");
    private static final double BAR_HEIGHT = 28;

    private final ObjectProperty<Optional<Span>> selection = new SimpleObjectProperty<>(this, "selection",
            Optional.empty());
    private final ReadOnlyObjectWrapper<Optional<Integer>> pointed = new ReadOnlyObjectWrapper<>(this, "pointed",
            Optional.empty());
    private final List<Word> words = new ArrayList<>();
    private final boolean bars;
    private Tokens tokens = new Tokens("", List.of(), false);

    public TokenStrip() {
        this(true);
    }

    /// @param bars true to leave room for a bar below each word
    public TokenStrip(boolean bars) {
        super(2, 8);
        this.bars = bars;
        getStyleClass().add("token-strip");
        setFocusTraversable(true);
        setAlignment(Pos.TOP_LEFT);
        selection.subscribe(s -> words
                .forEach(w -> w.label.pseudoClassStateChanged(SELECTED,
                        s.filter(x -> x.contains(w.index)).isPresent())));
        setOnKeyPressed(this::key);
    }

    /// The chosen words.
    public ObjectProperty<Optional<Span>> selectionProperty() {
        return selection;
    }

    /// The word under the mouse.
    public ReadOnlyObjectProperty<Optional<Integer>> pointedProperty() {
        return pointed.getReadOnlyProperty();
    }

    public Tokens tokens() {
        return tokens;
    }

    /// Shows a sentence; what was chosen stays chosen where it still exists.
    public void setTokens(Tokens next) {
        tokens = next;
        words.clear();
        for (int i = 0; i < next.size(); i++) {
            words.add(new Word(i, next.tokens().get(i)));
        }
        getChildren().setAll(words);
        Optional<Span> kept = selection.get().filter(s -> s.last() < next.size());
        selection.set(Optional.empty());
        selection.set(kept);
        pointed.set(Optional.empty());
    }

    /// Sets the bars.
    ///
    /// @param values one a token; the greatest fills its bar
    /// @param say    what a bar's value means, for the hover
    public void setBars(float[] values, java.util.function.Function<Float, String> say) {
        if (values.length != words.size()) {
            throw new IllegalArgumentException(values.length + " bars for " + words.size() + " words");
        }
        double most = 1e-9;
        for (float v : values) {
            most = Math.max(most, v);
        }
        for (int i = 0; i < values.length; i++) {
            words.get(i).bar(Math.max(0, values[i] / most), say.apply(values[i]));
        }
    }

    public void clearBars() {
        words.forEach(w -> w.bar(0, ""));
    }

    private void key(KeyEvent event) {
        int at = selection.get().map(Span::last).orElse(-1);
        switch (event.getCode()) {
            case RIGHT -> choose(Math.min(words.size() - 1, at + 1), event.isShiftDown());
            case LEFT -> choose(Math.max(0, at - 1), event.isShiftDown());
            case HOME -> choose(0, event.isShiftDown());
            case END -> choose(words.size() - 1, event.isShiftDown());
            case ESCAPE -> selection.set(Optional.empty());
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void choose(int index, boolean extend) {
        if (index < 0 || index >= words.size()) {
            return;
        }
        Optional<Span> now = selection.get();
        if (extend && now.isPresent()) {
            selection
                    .set(Optional.of(new Span(Math.min(now.get().first(), index), Math.max(now.get().first(), index))));
        } else {
            selection.set(Optional.of(new Span(index, index)));
        }
    }

    private void clicked(int index, MouseEvent event) {
        requestFocus();
        Span only = new Span(index, index);
        if (!event.isShiftDown() && selection.get().filter(only::equals).isPresent()) {
            selection.set(Optional.empty());
        } else {
            choose(index, event.isShiftDown());
        }
        event.consume();
    }

    private final class Word extends VBox {
        private final int index;
        private final Label label;
        private final Rectangle bar = new Rectangle(0, 0);
        private final Rectangle track = new Rectangle(0, 1);
        private final Pane well = new Pane(track, bar);
        private final Tooltip tooltip = new Tooltip();
        private double share;

        Word(int index, Tokens.Token token) {
            super(4);
            this.index = index;
            label = new Label(token.string());
            label.getStyleClass().add("token");
            label.setMinWidth(Region.USE_PREF_SIZE);
            label.pseudoClassStateChanged(SPECIAL, token.special());
            bar.getStyleClass().add("token-bar");
            track.getStyleClass().add("token-track");
            well.setMinHeight(BAR_HEIGHT);
            well.setPrefHeight(BAR_HEIGHT);
            getChildren().add(label);
            if (bars) {
                getChildren().add(well);
            }
            setOnMouseClicked(e -> clicked(this.index, e));
            setOnMouseEntered(e -> pointed.set(Optional.of(this.index)));
            setOnMouseExited(e -> pointed.set(Optional.empty()));
        }

        void bar(double part, String says) {
            share = part;
            tooltip.setText(says);
            if (says.isEmpty()) {
                Tooltip.uninstall(this, tooltip);
            } else {
                Tooltip.install(this, tooltip);
            }
            requestLayout();
        }

        @Override
        protected void layoutChildren() {
            super.layoutChildren();
            double width = Math.max(4, well.getWidth() - 8);
            double height = Math.round(share * (BAR_HEIGHT - 1));
            track.setX(4);
            track.setY(BAR_HEIGHT - 1);
            track.setWidth(width);
            bar.setX(4);
            bar.setWidth(width);
            bar.setHeight(height);
            bar.setY(BAR_HEIGHT - height);
        }
    }
}
