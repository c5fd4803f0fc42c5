package org.diptych.app.chart;

import java.util.ArrayList;
import java.util.List;
import javafx.geometry.VPos;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.shape.Rectangle;
import javafx.scene.text.Text;

/// Parts of a whole side by side, each with a mark where there is room for it.
public final class StackedBar extends Region {
    /// With room for marks.
    private static final double MARKED = 20;
    private static final double GAP = 1;
    private static final double PALE = 0.45;

    /// @param value 0 or more
    /// @param pale  drawn in the same colour, lighter and with a rim
    /// @param mark  of one or two letters
    /// @param says  all of it, on hover
    public record Part(double value, Color colour, boolean pale, String mark, String says) {
    }

    private record Drawn(double value, Rectangle box, Text mark) {
    }

    private final double height;
    private final List<Drawn> parts = new ArrayList<>();

    StackedBar() {
        this(MARKED);
    }

    /// @param height in pixels
    public StackedBar(double height) {
        this.height = height;
        setMinHeight(height);
        setPrefHeight(height);
        setMaxHeight(height);
        setMinWidth(0);
    }

    /// @param ink of the marks
    public void show(List<Part> next, Color ink) {
        parts.clear();
        getChildren().clear();
        for (Part part : next) {
            Rectangle box = new Rectangle(0, height);
            box.setArcWidth(4);
            box.setArcHeight(4);
            box.setFill(part.pale() ? part.colour().deriveColor(0, 1, 1, PALE) : part.colour());
            if (part.pale()) {
                box.setStroke(part.colour());
                box.setStrokeType(javafx.scene.shape.StrokeType.INSIDE);
            }
            Tooltip.install(box, new Tooltip(part.says()));
            Text mark = new Text(part.mark());
            mark.getStyleClass().add("bar-mark");
            mark.setFill(ink);
            mark.setTextOrigin(VPos.CENTER);
            mark.setMouseTransparent(true);
            parts.add(new Drawn(Math.max(0, part.value()), box, mark));
            getChildren().addAll(box, mark);
        }
        setAccessibleText(String.join("; ", next.stream().map(Part::says).toList()));
        requestLayout();
    }

    @Override
    protected void layoutChildren() {
        double whole = parts.stream().mapToDouble(Drawn::value).sum();
        double at = 0;
        for (Drawn part : parts) {
            double room = whole > 0 ? getWidth() * part.value() / whole : 0;
            part.box().setX(at);
            part.box().setWidth(Math.max(0, room - GAP));
            double text = part.mark().getLayoutBounds().getWidth();
            part.mark().setVisible(room > text + 6);
            part.mark().setX(at + (room - GAP - text) / 2);
            part.mark().setY(height / 2);
            at += room;
        }
    }
}
