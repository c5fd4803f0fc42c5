package org.diptych.app.canvas;

import javafx.scene.layout.Region;

/// A layer over a picture. It is as large as the canvas and lets the mouse through.
public abstract class Overlay extends Region {
    private Viewport viewport = new Viewport(0, 0, 1, 1, 1);

    /// The picture moved or was scaled.
    final void place(Viewport next) {
        viewport = next;
        arrange(next);
    }

    protected final Viewport viewport() {
        return viewport;
    }

    /// Puts what the layer shows where the picture is now.
    protected abstract void arrange(Viewport viewport);
}
