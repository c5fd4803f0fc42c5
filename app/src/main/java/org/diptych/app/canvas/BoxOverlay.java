package org.diptych.app.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.paint.Color;
import javafx.scene.shape.Rectangle;
import org.diptych.engine.api.Box;

/// Boxes over a picture, each with an outline that shows on any ground, a name, and (for region models) a strength.
public final class BoxOverlay extends Overlay {
    /// @param box      in picture pixels
    /// @param label    its name, empty for none
    /// @param fill     colour and opacity of its inside; transparent for an outline only
    /// @param selected drawn with a thick accent line
    public record Mark(Box box, String label, Color fill, boolean selected) {
        public static Mark outline(Box box, String label) {
            return new Mark(box, label, Color.TRANSPARENT, false);
        }
    }

    private static final Color ACCENT = Color.web("#ffb000");
    private List<Mark> marks = List.of();

    public void show(List<Mark> next) {
        marks = List.copyOf(next);
        arrange(viewport());
    }

    public List<Mark> marks() {
        return marks;
    }

    /// @return the smallest box at a place in picture pixels
    public Optional<Integer> at(Point2D place) {
        int found = -1;
        for (int i = 0; i < marks.size(); i++) {
            Box box = marks.get(i).box();
            if (box.contains((float) place.getX(), (float) place.getY())
                    && (found < 0 || area(box) < area(marks.get(found).box()))) {
                found = i;
            }
        }
        return found < 0 ? Optional.empty() : Optional.of(found);
    }

    private static double area(Box box) {
        return box.width() * box.height();
    }

    @Override
    protected void arrange(Viewport viewport) {
        List<Node> nodes = new ArrayList<>();
        for (Mark mark : marks) {
            Rectangle2D at = viewport.toView(mark.box());
            Rectangle dark = rectangle(at, Color.color(0, 0, 0, 0.7), mark.selected() ? 5 : 3);
            Rectangle light = rectangle(at, mark.selected() ? ACCENT : Color.WHITE, mark.selected() ? 3 : 1);
            light.setFill(mark.fill());
            nodes.add(dark);
            nodes.add(light);
            if (!mark.label().isEmpty()) {
                Label label = new Label(mark.label());
                label.getStyleClass().add("readout");
                label.relocate(at.getMinX(), Math.max(0, at.getMinY() - 20));
                nodes.add(label);
            }
        }
        getChildren().setAll(nodes);
        nodes.stream().filter(Label.class::isInstance).forEach(n -> {
            n.applyCss();
            n.autosize();
        });
    }

    private static Rectangle rectangle(Rectangle2D at, Color stroke, double width) {
        Rectangle rectangle = new Rectangle(at.getMinX(), at.getMinY(), at.getWidth(), at.getHeight());
        rectangle.setFill(Color.TRANSPARENT);
        rectangle.setStroke(stroke);
        rectangle.setStrokeWidth(width);
        return rectangle;
    }
}
