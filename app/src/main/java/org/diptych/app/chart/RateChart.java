package org.diptych.app.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javafx.scene.Node;
import javafx.scene.control.Tooltip;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import javafx.scene.shape.Line;
import javafx.scene.shape.Polyline;
import javafx.util.Duration;
import org.diptych.engine.api.RateCurve;

/// A plan's learning rate over its steps, small: no axes, a line where each stage begins, and the numbers of a step under the pointer.
public final class RateChart extends Region {
    private static final double HEIGHT = 56;
    private static final double EDGE = 2;

    private final Polyline line = new Polyline();
    private final Line ground = new Line();
    private final List<Line> marks = new ArrayList<>();
    private final Line pointer = new Line();
    private final Tooltip numbers = new Tooltip();
    private Optional<RateCurve> curve = Optional.empty();

    /// @param says what is told of a step
    public RateChart(Function<RateCurve.Point, String> says) {
        setMinHeight(HEIGHT);
        setPrefHeight(HEIGHT);
        setMaxHeight(HEIGHT);
        setMinWidth(0);
        getStyleClass().add("rate-chart");
        line.getStyleClass().add("rate-line");
        ground.getStyleClass().add("rate-ground");
        pointer.getStyleClass().add("rate-pointer");
        pointer.setVisible(false);
        numbers.setShowDelay(Duration.millis(100));
        numbers.setShowDuration(Duration.INDEFINITE);
        Tooltip.install(this, numbers);
        setOnMouseMoved(e -> point(e, says));
        setOnMouseExited(e -> pointer.setVisible(false));
    }

    public void show(RateCurve next) {
        curve = Optional.of(next);
        marks.clear();
        next.stages().stream().skip(1).forEach(stage -> {
            Line mark = new Line();
            mark.getStyleClass().add("rate-stage");
            marks.add(mark);
        });
        List<Node> all = new ArrayList<>(marks);
        all.addAll(List.of(ground, line, pointer));
        all.forEach(n -> n.setMouseTransparent(true));
        getChildren().setAll(all);
        requestLayout();
    }

    /// @return what is shown
    public Optional<RateCurve> curve() {
        return curve;
    }

    private void point(MouseEvent at, Function<RateCurve.Point, String> says) {
        curve.filter(c -> !c.points().isEmpty()).ifPresent(c -> {
            RateCurve.Point near = c.near(Math.clamp((at.getX() - EDGE) / Math.max(1, getWidth() - 2 * EDGE), 0, 1));
            numbers.setText(says.apply(near));
            stand(pointer, x(c, near.step()));
            pointer.setVisible(true);
        });
    }

    private double x(RateCurve shown, int step) {
        return EDGE + (getWidth() - 2 * EDGE) * (step - 1) / Math.max(1, shown.steps() - 1);
    }

    private void stand(Line mark, double x) {
        mark.setStartX(x);
        mark.setEndX(x);
        mark.setStartY(0);
        mark.setEndY(getHeight());
    }

    @Override
    protected void layoutChildren() {
        curve.ifPresent(c -> {
            double tall = getHeight() - 2 * EDGE;
            double peak = Math.max(Double.MIN_NORMAL, c.peak());
            line.getPoints().setAll(c.points().stream().<Double>mapMulti((p, out) -> {
                out.accept(x(c, p.step()));
                out.accept(EDGE + tall * (1 - p.rate() / peak));
            }).toList());
            ground.setStartX(EDGE);
            ground.setEndX(getWidth() - EDGE);
            ground.setStartY(getHeight() - 0.5);
            ground.setEndY(getHeight() - 0.5);
            for (int i = 0; i < marks.size(); i++) {
                stand(marks.get(i), x(c, c.stages().get(i + 1).first()));
            }
        });
    }
}
