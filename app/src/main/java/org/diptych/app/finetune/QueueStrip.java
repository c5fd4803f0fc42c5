package org.diptych.app.finetune;

import java.util.OptionalInt;
import javafx.beans.value.ObservableValue;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.Targets;

/// A queue of features laid out flat: the younger an entry the stronger its colour, an arrow where the next batch goes.
final class QueueStrip extends Region {
    private static final double BAR = 14;
    private static final double ARROW = 7;

    private final Canvas canvas = new Canvas();
    private final ObservableValue<Theme> theme;
    private Targets.Queue queue = new Targets.Queue(1, 0, 1, 0);

    QueueStrip(ObservableValue<Theme> theme) {
        this.theme = theme;
        getChildren().add(canvas);
        setMinSize(0, BAR + ARROW);
        setPrefHeight(BAR + ARROW);
        setMaxHeight(BAR + ARROW);
        theme.subscribe(t -> requestLayout());
    }

    void show(Targets.Queue next) {
        queue = next;
        requestLayout();
    }

    @Override
    protected void layoutChildren() {
        double width = Math.floor(getWidth());
        canvas.setWidth(width);
        canvas.setHeight(BAR + ARROW);
        GraphicsContext g = canvas.getGraphicsContext2D();
        g.clearRect(0, 0, width, BAR + ARROW);
        double each = width / queue.size();
        Color young = theme.getValue().accent();
        Color old = theme.getValue().accent().interpolate(theme.getValue().background(), 0.8);
        int oldest = Math.max(2, queue.oldest());
        for (int x = 0; x < width; x++) {
            OptionalInt age = queue.age(Math.min(queue.size() - 1, (int) (x / each)));
            g.setFill(age.isEmpty()
                    ? theme.getValue().border()
                    : young.interpolate(old, (age.getAsInt() - 1.0) / (oldest - 1)));
            g.fillRect(x, ARROW, 1, age.isEmpty() ? BAR / 2 : BAR); // what no step has filled is low as well as grey
        }
        double at = Math.clamp(queue.pointer() * each, ARROW / 2, Math.max(ARROW / 2, width - ARROW / 2));
        g.setFill(theme.getValue().foreground());
        g.fillPolygon(new double[]{at - ARROW / 2, at + ARROW / 2, at}, new double[]{0, 0, ARROW - 1}, 3);
    }
}
