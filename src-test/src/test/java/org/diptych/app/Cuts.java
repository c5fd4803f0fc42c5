package org.diptych.app;

import java.util.ArrayList;
import java.util.List;
import javafx.geometry.Bounds;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListCell;
import javafx.scene.text.Text;

/// Finds texts that do not fit where they stand.
final class Cuts {
    private Cuts() {
    }

    /// @return what is cut off, as `text -> what is shown`
    static List<String> of(Parent root) {
        List<String> cuts = new ArrayList<>();
        walk(root, cuts);
        // a view that needs more room than there is pushes what stands below it out of the window
        root.getChildrenUnmodifiable().stream()
                .filter(n -> n.isVisible() && n.getBoundsInParent().getMaxY() > root.getLayoutBounds().getHeight() + 1)
                .forEach(n -> cuts.add(n.getStyleClass() + " reaches out of the window"));
        return cuts;
    }

    private static void walk(Node node, List<String> cuts) {
        if (!node.isVisible()) {
            return;
        }
        if (node instanceof Labeled labeled && !(node instanceof ListCell)) {
            check(labeled, cuts);
        }
        if (node instanceof Parent parent) {
            parent.getChildrenUnmodifiable().forEach(child -> walk(child, cuts));
        }
    }

    private static void check(Labeled labeled, List<String> cuts) {
        String wanted = labeled.getText();
        // A header that may be shortened says all of itself on hover, in the first line.
        boolean whole = labeled.getTooltip() != null && wanted != null
                && (labeled.getTooltip().getText() + "\n").startsWith(wanted + "\n");
        if (wanted == null || wanted.isBlank() || labeled.getStyleClass().contains("elides") && whole
                || labeled.getContentDisplay() == ContentDisplay.GRAPHIC_ONLY) {
            return;
        }
        for (Node child : labeled.getChildrenUnmodifiable()) {
            if (child instanceof Text text && text.isVisible() && text != labeled.getGraphic()) {
                if (!text.getText().replaceAll("\\s", "").equals(wanted.replaceAll("\\s", ""))) {
                    cuts.add(wanted + " -> " + text.getText());
                    return;
                }
                Bounds bounds = labeled.sceneToLocal(text.localToScene(text.getBoundsInLocal()));
                if (bounds.getMaxX() > labeled.getWidth() + 1.5 || bounds.getMinX() < -1.5) {
                    cuts.add(wanted + " reaches out of its place");
                }
            }
        }
    }
}
