package org.diptych.app.chart;

import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import javafx.beans.value.ObservableValue;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.Tooltip;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.util.Duration;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.Spread;

/// Histograms over the steps of a run, a column each: a cell is the stronger, the larger the share of the values that lie in its bin. Bins that are never used at both ends are left out.
final class HeatStrip extends Region {
    private static final double HEIGHT = 84;

    /// @param step of the run
    record Column(int step, Spread.Bins bins) {
    }

    /// A cell under the pointer.
    record Cell(Column column, int bin) {
    }

    private final Canvas canvas = new Canvas();
    private final Tooltip numbers = new Tooltip();
    private final ObservableValue<Theme> theme;
    private final int colour;
    private final BiFunction<Column, Integer, String> says;
    private List<Column> columns = List.of();
    private int lowest;
    private int highest;

    /// @param colour index into the theme's line colours
    /// @param says   what is told of a column's bin
    HeatStrip(ObservableValue<Theme> theme, int colour, BiFunction<Column, Integer, String> says) {
        this.theme = theme;
        this.colour = colour;
        this.says = says;
        setMinSize(0, HEIGHT);
        setPrefHeight(HEIGHT);
        setMaxHeight(HEIGHT);
        getChildren().add(canvas);
        numbers.setShowDelay(Duration.millis(100));
        numbers.setShowDuration(Duration.INDEFINITE);
        setOnMouseMoved(this::point);
        setOnMouseExited(e -> Tooltip.uninstall(this, numbers));
        theme.subscribe(t -> draw());
    }

    /// @param next in the order of their steps, none of them empty
    void show(List<Column> next) {
        columns = List.copyOf(next);
        int bins = columns.isEmpty() ? 0 : columns.getFirst().bins().counts().size();
        lowest = bins;
        highest = -1;
        for (int bin = 0; bin < bins; bin++) {
            int at = bin;
            if (columns.stream().anyMatch(c -> c.bins().counts().get(at) > 0)) {
                lowest = Math.min(lowest, bin);
                highest = bin;
            }
        }
        draw();
    }

    List<Column> columns() {
        return columns;
    }

    /// @return the first bin drawn, at the bottom
    int lowest() {
        return lowest;
    }

    /// @return the last bin drawn, at the top
    int highest() {
        return highest;
    }

    /// @return what lies at a place of the strip
    Optional<Cell> at(double x, double y) {
        if (columns.isEmpty() || x < 0 || y < 0 || x >= getWidth() || y >= getHeight()) {
            return Optional.empty();
        }
        int i = columns.size() - 1;
        while (i > 0 && left(i) > x) {
            i--;
        }
        return Optional.of(new Cell(columns.get(i), highest - (int) (y / getHeight() * (highest - lowest + 1))));
    }

    private void point(MouseEvent e) {
        at(e.getX(), e.getY()).ifPresent(cell -> {
            numbers.setText(says.apply(cell.column(), cell.bin()));
            Tooltip.install(this, numbers);
        });
    }

    /// @return where a column begins; it reaches up to the next, the last as far as an average one
    private double left(int i) {
        int first = columns.getFirst().step();
        int last = columns.getLast().step();
        double mean = columns.size() == 1 ? 1 : (double) (last - first) / (columns.size() - 1);
        double whole = last + Math.max(1, mean) - first;
        return i == columns.size() ? getWidth() : Math.round((columns.get(i).step() - first) / whole * getWidth());
    }

    @Override
    protected void layoutChildren() {
        canvas.setWidth(getWidth());
        canvas.setHeight(getHeight());
        draw();
    }

    private void draw() {
        GraphicsContext g = canvas.getGraphicsContext2D();
        g.setFill(theme.getValue().subtle());
        g.clearRect(0, 0, canvas.getWidth(), canvas.getHeight());
        g.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
        int rows = highest - lowest + 1;
        Color full = theme.getValue().line(colour);
        for (int i = 0; i < columns.size(); i++) {
            double x = left(i);
            double width = left(i + 1) - x;
            for (int bin = lowest; width > 0 && bin <= highest; bin++) {
                double share = columns.get(i).bins().share(bin);
                if (share > 0) {
                    double top = Math.round((highest - bin) * getHeight() / rows);
                    double bottom = Math.round((highest - bin + 1) * getHeight() / rows);
                    g.setFill(theme.getValue().subtle().interpolate(full, strength(share)));
                    g.fillRect(x, top, width, bottom - top);
                }
            }
        }
    }

    /// The root lets the tails be seen, and no value is too rare to be seen at all.
    static double strength(double share) {
        return share == 0 ? 0 : Math.max(0.08, Math.min(1, Math.sqrt(2 * share)));
    }
}
