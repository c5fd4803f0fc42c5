package org.diptych.app.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.Node;
import javafx.scene.paint.Color;
import javafx.scene.shape.Line;
import javafx.scene.shape.Rectangle;
import org.diptych.engine.api.Box;

/// A model's patch grid over a picture, with outlined patches.
public final class GridOverlay extends Overlay {
    private static final Color LINE = Color.color(1, 1, 1, 0.35);
    private static final Color SELECTED = Color.web("#ffb000");

    private final BooleanProperty lines = new SimpleBooleanProperty(this, "lines", false);
    private Box view = new Box(0, 0, 0, 0);
    private int rows;
    private int cols;
    private Set<Integer> selected = Set.of();
    private Optional<Integer> hovered = Optional.empty();

    public GridOverlay() {
        lines.subscribe(l -> arrange(viewport()));
    }

    /// Whether the grid's lines are drawn; outlined patches always are.
    public BooleanProperty linesProperty() {
        return lines;
    }

    /// @param part the part of the picture that the grid covers, in its pixels
    public void show(Box part, int gridRows, int gridCols) {
        view = part;
        rows = gridRows;
        cols = gridCols;
        selected = Set.of();
        hovered = Optional.empty();
        arrange(viewport());
    }

    /// @param cells patches, row by row
    public void select(Set<Integer> cells) {
        selected = Set.copyOf(cells);
        arrange(viewport());
    }

    public Set<Integer> selected() {
        return selected;
    }

    public void hover(Optional<Integer> cell) {
        if (!cell.equals(hovered)) {
            hovered = cell;
            arrange(viewport());
        }
    }

    /// @return the patch under a place in picture pixels
    public Optional<Integer> cell(Point2D at) {
        if (rows == 0 || !view.contains((float) at.getX(), (float) at.getY())) {
            return Optional.empty();
        }
        int row = Math.min(rows - 1, (int) ((at.getY() - view.y1()) / view.height() * rows));
        int col = Math.min(cols - 1, (int) ((at.getX() - view.x1()) / view.width() * cols));
        return Optional.of(row * cols + col);
    }

    @Override
    protected void arrange(Viewport viewport) {
        List<Node> nodes = new ArrayList<>();
        if (rows > 0) {
            Rectangle2D at = viewport.toView(view);
            if (lines.get()) {
                for (int r = 0; r <= rows; r++) {
                    double y = at.getMinY() + at.getHeight() * r / rows;
                    nodes.add(line(at.getMinX(), y, at.getMaxX(), y));
                }
                for (int c = 0; c <= cols; c++) {
                    double x = at.getMinX() + at.getWidth() * c / cols;
                    nodes.add(line(x, at.getMinY(), x, at.getMaxY()));
                }
            }
            hovered.ifPresent(h -> outline(nodes, at, h, Color.WHITE, 1.5));
            selected.forEach(s -> outline(nodes, at, s, SELECTED, 2.5));
        }
        getChildren().setAll(nodes);
    }

    private void outline(List<Node> nodes, Rectangle2D at, int cell, Color colour, double width) {
        double w = at.getWidth() / cols;
        double h = at.getHeight() / rows;
        double x = at.getMinX() + cell % cols * w;
        double y = at.getMinY() + cell / cols * h;
        for (int pass = 0; pass < 2; pass++) {
            Rectangle rectangle = new Rectangle(x, y, w, h);
            rectangle.setFill(Color.TRANSPARENT);
            rectangle.setStroke(pass == 0 ? Color.color(0, 0, 0, 0.7) : colour);
            rectangle.setStrokeWidth(pass == 0 ? width + 2 : width);
            nodes.add(rectangle);
        }
    }

    private static Line line(double x1, double y1, double x2, double y2) {
        Line line = new Line(x1, y1, x2, y2);
        line.setStroke(LINE);
        return line;
    }
}
