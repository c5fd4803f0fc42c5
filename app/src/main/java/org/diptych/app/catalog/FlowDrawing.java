package org.diptych.app.catalog;

import java.util.List;
import javafx.scene.layout.Pane;
import javafx.scene.shape.Line;
import javafx.scene.shape.Rectangle;
import javafx.scene.shape.Shape;
import org.diptych.engine.api.ModelCard.Block;
import org.diptych.engine.api.ModelCard.Block.Side;

/// A model's towers as a small drawing: the picture's at the left, the words' at the right, what joins them across both; inputs at the bottom.
final class FlowDrawing extends Pane {
    private final double unit;

    /// @param unit height of a block
    FlowDrawing(List<Block> flow, double unit) {
        this.unit = unit;
        double gap = Math.max(2, unit / 4);
        double half = unit * 2.6;
        double[] top = {0, 0};
        double[] height = new double[flow.size()];
        for (int i = 0; i < flow.size(); i++) {
            Side side = flow.get(i).side();
            double at = side == Side.BOTH ? Math.max(top[0], top[1]) : top[side == Side.IMAGE ? 0 : 1];
            height[i] = at;
            double next = at + unit + gap;
            if (side != Side.TEXT) {
                top[0] = next;
            }
            if (side != Side.IMAGE) {
                top[1] = next;
            }
        }
        double total = Math.max(top[0], top[1]) - gap;
        for (int i = 0; i < flow.size(); i++) {
            draw(flow.get(i), total - height[i] - unit, half, gap);
        }
        setMinSize(2 * half + gap, total);
        setPrefSize(2 * half + gap, total);
        setMaxSize(2 * half + gap, total);
        setMouseTransparent(true);
    }

    private void draw(Block block, double y, double half, double gap) {
        double x = block.side() == Side.TEXT ? half + gap : 0;
        double width = block.side() == Side.BOTH ? 2 * half + gap : half;
        String style = switch (block.side()) {
            case IMAGE -> "flow-image";
            case TEXT -> "flow-text";
            case BOTH -> "flow-both";
        };
        switch (block.kind()) {
            case REGIONS -> {
                double side = unit * 0.7;
                for (int i = 0; i < 3; i++) {
                    add(rectangle(x + i * (half - side) / 2, y + (unit - side) / 2, side, side, 1), style);
                }
            }
            case ENCODER, JOINT -> add(rectangle(x, y, width, unit, unit / 4), style);
            case DECODER -> {
                add(rectangle(x, y, width, unit, unit / 4), style);
                for (int i = 0; i < 3; i++) {
                    double at = x + width * (0.25 + 0.25 * i);
                    add(new Line(at - unit * 0.15, y + unit / 2, at + unit * 0.15, y + unit / 2), "flow-line");
                }
            }
            case CROSS -> {
                add(rectangle(0, y, half, unit, unit / 4), "flow-image");
                add(rectangle(half + gap, y, half, unit, unit / 4), "flow-text");
                add(new Line(half * 0.5, y + unit * 0.25, half * 1.5 + gap, y + unit * 0.75), "flow-line");
                add(new Line(half * 0.5, y + unit * 0.75, half * 1.5 + gap, y + unit * 0.25), "flow-line");
            }
            case BRIDGE -> add(rectangle(x + width * 0.3, y, width * 0.4, unit, unit / 4), "flow-both");
            case COMPARE -> {
                add(new Line(half / 2, y + unit / 2, half * 1.5 + gap, y + unit / 2), "flow-dash");
                add(rectangle(half / 2 - unit * 0.2, y + unit * 0.3, unit * 0.4, unit * 0.4, unit), "flow-image");
                add(rectangle(half * 1.5 + gap - unit * 0.2, y + unit * 0.3, unit * 0.4, unit * 0.4, unit),
                        "flow-text");
            }
        }
    }

    private static Rectangle rectangle(double x, double y, double width, double height, double arc) {
        Rectangle rectangle = new Rectangle(x, y, width, height);
        rectangle.setArcWidth(arc);
        rectangle.setArcHeight(arc);
        return rectangle;
    }

    private void add(Shape shape, String style) {
        shape.getStyleClass().add(style);
        getChildren().add(shape);
    }
}
