package org.diptych.app.fx;

import java.util.function.Predicate;
import javafx.scene.Node;
import javafx.scene.input.Clipboard;
import javafx.scene.input.TransferMode;

/// Pictures and texts dropped on a part of the window; dropped files are the window's own matter.
public final class Drops {
    private Drops() {
    }

    /// @param take gets what was dropped, and says whether it could use it
    public static void onto(Node place, Predicate<Clipboard> take) {
        place.setOnDragOver(e -> {
            if (e.getDragboard().hasImage() || e.getDragboard().hasString()) {
                e.acceptTransferModes(TransferMode.COPY);
            }
        });
        place.setOnDragDropped(e -> {
            if (!e.getDragboard().hasFiles()) {
                e.setDropCompleted(take.test(e.getDragboard()));
                e.consume();
            }
        });
    }
}
