package org.diptych.app.chart;

import java.util.List;
import java.util.Locale;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;
import javafx.scene.shape.Line;

/// What every curve says at the step under the mouse: a line through the chart, and a value of each, unsmoothed.
final class ChartReadout {
    private final Line line = new Line();
    private final Label label = new Label();

    ChartReadout() {
        line.getStyleClass().add("chart-cursor");
        label.getStyleClass().add("readout");
        for (javafx.scene.Node node : List.of(line, label)) {
            node.setManaged(false);
            node.setMouseTransparent(true);
            node.setVisible(false);
        }
    }

    List<javafx.scene.Node> nodes() {
        return List.of(line, label);
    }

    void hide() {
        line.setVisible(false);
        label.setVisible(false);
    }

    /// @param x      in the chart's own pixels
    /// @param top    of the plotted area
    /// @param bottom of the plotted area
    /// @param lines  what to say
    void show(Region chart, double x, double top, double bottom, List<String> lines) {
        line.setStartX(x);
        line.setEndX(x);
        line.setStartY(top);
        line.setEndY(bottom);
        line.setVisible(true);
        label.setText(String.join("\n", lines));
        label.setVisible(true);
        label.applyCss();
        label.autosize();
        boolean left = x + 12 + label.getWidth() > chart.getWidth() - 4;
        label.relocate(Math.max(2, left ? x - 12 - label.getWidth() : x + 12), top + 8);
    }

    /// @return `training loss  0.1234`, with the step where it is another one than asked for
    static String say(Track track, int point, long step) {
        long at = Math.round(track.step(point));
        double value = track.value(point);
        String number = value != 0 && Math.abs(value) < 0.01
                ? String.format(Locale.ROOT, "%.2e", value)
                : String.format(Locale.ROOT, "%.4f", value);
        return track.curve.label().getValue() + "  " + number + (at == step ? "" : "  @ " + at);
    }
}
