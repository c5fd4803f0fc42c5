package org.diptych.app.chart;

import java.util.List;
import java.util.OptionalDouble;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.layout.Pane;

/// Charts in as many columns as there is room for, all of one size, filling the height that is there.
final class ChartGrid extends Pane {
    private static final double NARROWEST = 360;
    private static final double LOWEST = 180;
    private static final double GAP = 8;

    private final ObjectProperty<OptionalDouble> cursor = new SimpleObjectProperty<>(this, "cursor",
            OptionalDouble.empty());

    /// The step under the mouse in any of the charts.
    ObjectProperty<OptionalDouble> pointedStepProperty() {
        return cursor;
    }

    void set(List<LiveChart> charts) {
        getChildren().forEach(old -> ((LiveChart) old).pointedStepProperty().unbindBidirectional(cursor));
        cursor.set(OptionalDouble.empty());
        charts.forEach(chart -> chart.pointedStepProperty().bindBidirectional(cursor));
        getChildren().setAll(charts);
    }

    private int columns(double width) {
        return Math.clamp((int) (width / NARROWEST), 1, Math.max(1, getChildren().size()));
    }

    private int rows(double width) {
        return Math.ceilDiv(getChildren().size(), columns(width));
    }

    @Override
    protected double computeMinHeight(double width) {
        return LOWEST * rows(getWidth());
    }

    @Override
    protected double computePrefHeight(double width) {
        return computeMinHeight(width);
    }

    @Override
    protected void layoutChildren() {
        int columns = columns(getWidth());
        double width = (getWidth() - (columns - 1) * GAP) / columns;
        double height = getHeight() / Math.max(1, rows(getWidth()));
        for (int i = 0; i < getChildren().size(); i++) {
            getChildren().get(i).resizeRelocate(i % columns * (width + GAP), i / columns * height, width, height);
        }
    }
}
