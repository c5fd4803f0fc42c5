package org.diptych.app;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import javafx.animation.AnimationTimer;
import javafx.event.Event;
import javafx.event.EventType;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.ButtonBase;
import javafx.scene.image.WritableImage;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.input.ScrollEvent;
import javafx.scene.shape.Rectangle;
import org.diptych.app.fx.Fx;

/// Works a window by the controls a person uses, one thing after the other, and keeps what was measured on the way.
///
/// A repaint counts from the event to the end of drawing: what the program does with it, the layout of the window, and the frame's way through the thread that
/// draws. That thread works one thing after the other, so a picture of a single point, asked for after the frame, comes when the frame is drawn.
final class WindowScript {
    private static final int WARM = 30;
    private static final int COUNTED = 120;
    private static final double PATIENCE_SECONDS = 120;

    private final Scene scene;
    private final Consumer<Map<String, Figure>> done;
    private final Map<String, Figure> figures = new LinkedHashMap<>();

    /// @param unit of the three
    record Figure(double median, double least, double most, String unit) {
        /// @return as the benchmark reads it
        String line(String name) {
            return String.format(Locale.ROOT, "%s=%.3f,%.3f,%.3f %s", name, median, least, most, unit);
        }
    }

    /// @param done gets the figures that were reached, on JavaFX's thread
    WindowScript(Scene scene, Consumer<Map<String, Figure>> done) {
        this.scene = scene;
        this.done = done;
    }

    void end() {
        done.accept(figures);
    }

    void figure(String name, double[] values, String unit) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        if (sorted.length > 0) {
            figures.put(name, new Figure(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1], unit));
        }
    }

    @SuppressWarnings("unchecked")
    <N extends Node> N find(String id) {
        return (N) scene.lookup("#" + id);
    }

    void press(String id) {
        ((ButtonBase) find(id)).fire();
    }

    void after(double seconds, Runnable next) {
        long end = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        when(() -> System.nanoTime() > end, next);
    }

    /// Looks at every frame; what does not come in two minutes ends the measuring with what there is.
    void when(BooleanSupplier condition, Runnable next) {
        long end = System.nanoTime() + (long) (PATIENCE_SECONDS * TimeUnit.SECONDS.toNanos(1));
        new AnimationTimer() {
            @Override
            public void handle(long now) {
                if (condition.getAsBoolean()) {
                    stop();
                    then(next);
                } else if (System.nanoTime() > end) {
                    stop();
                    end();
                }
            }
        }.start();
    }

    /// A window that is not as this expects must not leave the benchmark waiting.
    private void then(Runnable next) {
        try {
            next.run();
        } catch (RuntimeException e) {
            end();
            throw e;
        }
    }

    /// A mouse event at a place of a node's own. An event that no pick has found is taken to tell its place in the scene.
    ///
    /// @param control whether the control key is down
    static void mouse(Node node, EventType<MouseEvent> type, double x, double y, boolean control) {
        Point2D at = node.localToScene(x, y);
        boolean down = type != MouseEvent.MOUSE_MOVED && type != MouseEvent.MOUSE_RELEASED;
        Event.fireEvent(node, new MouseEvent(type, at.getX(), at.getY(), 0, 0,
                down ? MouseButton.PRIMARY : MouseButton.NONE, 0, false, control, false, false, down, false, false,
                true, false, true, null));
    }

    /// A turn of the wheel.
    static void wheel(Node node, double x, double y, double by) {
        Point2D at = node.localToScene(x, y);
        Event.fireEvent(node, new ScrollEvent(ScrollEvent.SCROLL, at.getX(), at.getY(), 0, 0, false, false, false,
                false, false, false, 0, by, 0, by, ScrollEvent.HorizontalTextScrollUnits.NONE, 0,
                ScrollEvent.VerticalTextScrollUnits.NONE, 0, 0, null));
    }

    /// One repaint after the other, each begun with a frame.
    ///
    /// @param change gets their numbers, from 0
    void repaints(String name, IntConsumer change, Runnable next) {
        double[] times = new double[COUNTED];
        Rectangle point = new Rectangle(1, 1);
        WritableImage image = new WritableImage(1, 1);
        new AnimationTimer() {
            private int at = -WARM;
            private boolean drawing;

            @Override
            public void handle(long now) {
                if (drawing) {
                    return;
                }
                drawing = true;
                long start = System.nanoTime();
                change.accept(at + WARM);
                Fx.later(() -> drawn(start)); // after this frame has been handed over for drawing
            }

            private void drawn(long start) {
                point.snapshot(null, image);
                drawing = false;
                if (at >= 0) {
                    times[at] = (System.nanoTime() - start) / 1e6;
                }
                if (++at == COUNTED) {
                    stop();
                    figure(name, times, "ms");
                    then(next);
                }
            }
        }.start();
    }
}
