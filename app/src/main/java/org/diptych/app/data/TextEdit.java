package org.diptych.app.data;

import java.util.function.Consumer;
import javafx.scene.TraversalDirection;
import javafx.scene.control.Label;
import javafx.scene.control.TextArea;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// A text of a row, to be changed. It is a line as a rule: Enter and Tab keep it, Shift+Enter breaks it, Escape goes back to what it began with.
final class TextEdit extends VBox {
    private final TextArea text = new TextArea();
    private final Label refused;
    private final Consumer<String> keep;
    /// What the text began with.
    private String loaded = "";

    /// @param name key of what it is
    /// @param keep gets a text that says something, and another than it began with
    TextEdit(I18n i18n, String id, String name, double height, Consumer<String> keep) {
        super(6);
        this.keep = keep;
        text.setId(id);
        text.setWrapText(true);
        text.setPrefHeight(height);
        text.setMinHeight(height);
        text.accessibleTextProperty().bind(i18n.text(name));
        text.focusedProperty().subscribe(focused -> {
            if (!focused) {
                take();
            }
        });
        text.addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        refused = Ui.styled(Ui.wrapped(i18n.label("sets.refused")), "badge", "bad");
        Ui.show(refused, false);
        getChildren().addAll(text, refused);
    }

    private void key(KeyEvent event) {
        switch (event.getCode()) {
            case ENTER -> {
                if (event.isShiftDown()) {
                    text.replaceSelection("\n");
                } else {
                    take();
                }
            }
            case ESCAPE -> reset(loaded);
            case TAB -> text.requestFocusTraversal(
                    event.isShiftDown() ? TraversalDirection.PREVIOUS : TraversalDirection.NEXT);
            default -> {
                return;
            }
        }
        event.consume();
    }

    /// Shows a text in the place of whatever was typed.
    void reset(String other) {
        loaded = other;
        text.setText(other);
        Ui.show(refused, false);
    }

    /// Shows the text as it is now; what is being typed stays where that is what it was.
    void show(String now) {
        Ui.show(refused, false);
        if (!now.equals(loaded)) {
            int caret = text.getCaretPosition();
            reset(now);
            text.positionCaret(Math.min(caret, now.length()));
        }
    }

    /// Keeps what was typed, where it says something.
    void take() {
        if (!text.getText().equals(loaded)) {
            String typed = text.getText().strip();
            Ui.show(refused, typed.isEmpty());
            if (!typed.isEmpty()) {
                keep.accept(typed);
            }
        }
    }
}
