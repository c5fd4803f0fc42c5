package org.diptych.app.canvas;

import java.util.List;
import java.util.Optional;
import javafx.animation.FadeTransition;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import javafx.scene.image.ImageView;
import org.diptych.app.fx.Motion;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.RelevanceResult;

/// A map of floats over a part of a picture, as raw cells or smoothed between their centres. A new map fades in over the old one.
public final class HeatOverlay extends Overlay {
    /// @param view   the part of the picture under the map, in its pixels
    /// @param values (rows * cols), not to be changed afterwards
    public record Heat(Box view, int rows, int cols, float[] values) {
        public Heat {
            if (values.length != rows * cols) {
                throw new IllegalArgumentException(values.length + " values for " + rows + "x" + cols);
            }
        }

        /// Any relevance as a map: that of boxes covers what lies in them.
        ///
        /// @param scale shown pixels for each pixel of the picture that the model saw
        public static Heat of(RelevanceResult found, double scale) {
            Box view = scaled(found.view(), scale);
            return found.grid().map(grid -> new Heat(view, grid.rows(), grid.cols(), found.values()))
                    .orElseGet(() -> of(found.regions().orElseThrow().boxes(), found.values(), found.view(), scale));
        }

        /// @param boxes in the pixels of the picture that the model saw
        /// @param view  the whole of it
        public static Heat of(List<Box> boxes, float[] values, Box view, double scale) {
            return new Heat(scaled(view, scale), SPREAD, SPREAD, Regions.spread(boxes, values, view, SPREAD, SPREAD));
        }

        private static Box scaled(Box box, double by) {
            float s = (float) by;
            return new Box(box.x1() * s, box.y1() * s, box.x2() * s, box.y2() * s);
        }

        /// @return the cell under a place in picture pixels
        public Optional<Integer> cell(Point2D at) {
            if (!view.contains((float) at.getX(), (float) at.getY())) {
                return Optional.empty();
            }
            int row = Math.min(rows - 1, (int) ((at.getY() - view.y1()) / view.height() * rows));
            int col = Math.min(cols - 1, (int) ((at.getX() - view.x1()) / view.width() * cols));
            return Optional.of(row * cols + col);
        }
    }

    private static final double FADE_MILLIS = 150;
    private static final int SIDE = 320;
    /// Cells a side in which boxes are drawn.
    private static final int SPREAD = 160;

    private final ImageView front = new ImageView();
    private final ImageView back = new ImageView();
    private final FadeTransition fade = new FadeTransition(javafx.util.Duration.millis(FADE_MILLIS), front);
    private final DoubleProperty strength = new SimpleDoubleProperty(this, "strength", 0.75);
    private final BooleanProperty smooth = new SimpleBooleanProperty(this, "smooth", true);
    private final ObjectProperty<ColorMap> colorMap = new SimpleObjectProperty<>(this, "colorMap",
            ColorMap.of(ColorMap.IDS.getFirst()));
    private final ObjectProperty<Range> range = new SimpleObjectProperty<>(this, "range", Range.UNIT);
    private Optional<Heat> heat = Optional.empty();

    public HeatOverlay() {
        getChildren().addAll(back, front);
        opacityProperty().bind(strength);
        smooth.subscribe(s -> paint());
        colorMap.subscribe(c -> paint());
        fade.setFromValue(0);
        fade.setToValue(1);
    }

    /// 0 = not to be seen, 1 = hides the picture.
    public DoubleProperty strengthProperty() {
        return strength;
    }

    public BooleanProperty smoothProperty() {
        return smooth;
    }

    public ObjectProperty<ColorMap> colorMapProperty() {
        return colorMap;
    }

    /// The values at the scale's ends; bind a [ScaleBar] to it.
    public ObjectProperty<Range> rangeProperty() {
        return range;
    }

    public Optional<Heat> heat() {
        return heat;
    }

    /// Shows a map, faded in over the former one.
    ///
    /// @param ends the values at the scale's ends
    public void show(Heat next, Range ends) {
        back.setImage(front.getImage());
        heat = Optional.of(next);
        range.set(ends);
        paint();
        arrange(viewport());
        fade.stop();
        if (Motion.allowed() && back.getImage() != null) {
            fade.playFromStart();
        } else {
            front.setOpacity(1);
        }
    }

    public void clear() {
        heat = Optional.empty();
        front.setImage(null);
        back.setImage(null);
    }

    /// @return the value under a place in picture pixels
    public Optional<Float> valueAt(Point2D at) {
        return heat.flatMap(h -> h.cell(at).map(c -> h.values()[c]));
    }

    private void paint() {
        heat.ifPresent(h -> {
            int factor = Math.max(1, SIDE / Math.max(h.rows(), h.cols()));
            front.setImage(
                    Pixels.heat(h.rows(), h.cols(), h.values(), range.get(), colorMap.get(), factor, smooth.get()));
        });
    }

    @Override
    protected void arrange(Viewport viewport) {
        heat.ifPresent(h -> {
            Rectangle2D at = viewport.toView(h.view());
            for (ImageView view : new ImageView[]{back, front}) {
                view.setX(at.getMinX());
                view.setY(at.getMinY());
                view.setFitWidth(at.getWidth());
                view.setFitHeight(at.getHeight());
            }
        });
    }
}
