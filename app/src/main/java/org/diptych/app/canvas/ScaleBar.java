package org.diptych.app.canvas;

import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import java.util.ArrayList;
import java.util.List;
import javafx.scene.paint.Color;
import javafx.scene.paint.CycleMethod;
import javafx.scene.paint.LinearGradient;
import javafx.scene.paint.Stop;
import javafx.scene.shape.Rectangle;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import org.diptych.engine.api.ColorMap;

/// The colour scale of a map with the numbers at its ends.
public final class ScaleBar extends HBox {
    private static final int STEPS = 160;
    private static final int HEIGHT = 10;

    private final ObjectProperty<ColorMap> colorMap = new SimpleObjectProperty<>(this, "colorMap",
            ColorMap.of(ColorMap.IDS.getFirst()));
    private final ObjectProperty<Range> range = new SimpleObjectProperty<>(this, "range", Range.UNIT);
    private final Rectangle bar = new Rectangle(STEPS, HEIGHT);
    private final Label low = new Label();
    private final Label high = new Label();

    public ScaleBar() {
        super(8);
        setAlignment(Pos.CENTER_LEFT);
        for (Label label : new Label[]{low, high}) {
            label.getStyleClass().addAll("small", "muted");
            label.setMinWidth(Region.USE_PREF_SIZE);
        }
        getChildren().addAll(low, bar, high);
        colorMap.subscribe(this::paint);
        range.subscribe(r -> {
            low.setText(number(r.low()));
            high.setText(number(r.high()));
        });
    }

    public ObjectProperty<ColorMap> colorMapProperty() {
        return colorMap;
    }

    public ObjectProperty<Range> rangeProperty() {
        return range;
    }

    /// Follows a map's colours and range.
    public void follow(HeatOverlay heat) {
        colorMap.bind(heat.colorMapProperty());
        range.bind(heat.rangeProperty());
    }

    private void paint(ColorMap map) {
        List<Stop> stops = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            double place = (double) i / (STEPS - 1);
            int rgb = map.rgb(place);
            stops.add(new Stop(place, Color.rgb(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255)));
        }
        bar.setFill(new LinearGradient(0, 0, 1, 0, true, CycleMethod.NO_CYCLE, stops));
    }

    /// @return a number with three figures that matter
    public static String number(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size < 0.001 || size >= 100_000) {
            return String.format(java.util.Locale.ROOT, "%.1e", value);
        }
        int digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : size >= 0.01 ? 3 : 4;
        return String.format(java.util.Locale.ROOT, "%." + digits + "f", value);
    }
}
