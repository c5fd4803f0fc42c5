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
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.Slider;
import javafx.scene.image.WritableImage;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.shape.Rectangle;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.PulseMonitor;

/// How quickly the window answers, measured on the very window a person opens, by the controls a person uses: the mouse over the map, the temperature
/// dragged over 256 pictures and sentences, and JavaFX's pulse while a model is taught. The benchmark asks for it and reads what comes.
///
/// A repaint counts from the event to the end of drawing: what the program does with it, the layout of the window, and the frame's way through the thread that
/// draws. That thread works one thing after the other, so a picture of a single point, asked for after the frame, comes when the frame is drawn.
final class WindowFigures {
    /// Set to a number of seconds of teaching, the program measures itself once its first map is drawn, writes one line a figure on standard error, and ends.
    static final String MEASURE = "diptych.measure.window";
    private static final int WARM = 30;
    private static final int COUNTED = 120;
    private static final int SIDE = 256;
    private static final double PATIENCE_SECONDS = 120;
    /// Enough for the time that is measured, with an evaluation and a checkpoint every hundred.
    private static final int STEPS = 2000;

    private final Scene scene;
    private final int seconds;
    private final Consumer<Map<String, double[]>> done;
    /// name -> median, least, most in milliseconds
    private final Map<String, double[]> figures = new LinkedHashMap<>();

    /// @param scene the window's, with the finished example in sight
    /// @param seconds of teaching with its curves in sight, and half of them with Look inside
    /// @param done  gets each figure's median, least and most in milliseconds, on JavaFX's thread; only those that were reached in time
    WindowFigures(Scene scene, int seconds, Consumer<Map<String, double[]>> done) {
        this.scene = scene;
        this.seconds = seconds;
        this.done = done;
    }

    /// @return the figures as the benchmark reads them
    static String line(String name, double[] values) {
        return String.format(Locale.ROOT, "%s=%.3f,%.3f,%.3f", name, values[0], values[1], values[2]);
    }

    void measure() {
        hover(() -> temperature(() -> pulse(() -> done.accept(figures))));
    }

    private void hover(Runnable next) {
        Node picture = find("inspect-picture");
        double width = picture.getBoundsInLocal().getWidth();
        double height = picture.getBoundsInLocal().getHeight();
        repaints("hover to repaint", i -> {
            double at = 0.3 + 0.4 * (i % 40) / 40;
            Event.fireEvent(picture, new MouseEvent(MouseEvent.MOUSE_MOVED, width * at, height * at, 0, 0,
                    MouseButton.NONE, 0, false, false, false, false, false, false, false, true, false, true, null));
        }, next);
    }

    private void temperature(Runnable next) {
        press("rail-contrast");
        press("contrast-pairs-" + SIDE);
        MatrixChart matrix = find("contrast-matrix");
        when(() -> matrix.shown().length == SIDE * SIDE && matrix.isVisible(), () -> {
            matrix.showProperty().set(MatrixChart.Show.ROWS);
            Slider slider = find("contrast-temperature");
            repaints("temperature drag at 256 x 256, a frame",
                    i -> slider.setValue(Math.log(0.01 + 0.002 * (i % 100))), next);
        });
    }

    /// One repaint after the other, each begun with a frame.
    private void repaints(String name, IntConsumer change, Runnable next) {
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
                    figure(name, times);
                    then(next);
                }
            }
        }.start();
    }

    /// Teaches a fresh model with the form as it stands, first with its curves in sight, then with Look inside, which asks between the steps.
    private void pulse(Runnable next) {
        press("rail-teach");
        PulseMonitor monitor = new PulseMonitor();
        after(1, () -> {
            Slider steps = find("finetune-steps");
            steps.setValue(Math.log10(STEPS));
            monitor.start();
            long clicked = System.nanoTime();
            press("teach-start");
            LiveChart chart = find("teach-chart");
            when(() -> chart.points() > 0 && chart.isVisible(), () -> {
                figure("click to the first point of a curve", new double[]{(System.nanoTime() - clicked) / 1e6});
                after(seconds, () -> {
                    monitor.stop();
                    figure("between two pulses while teaching", monitor.gaps());
                    monitor.start();
                    press("teach-look");
                    after(seconds / 2.0, () -> {
                        monitor.stop();
                        figure("between two pulses while teaching and looking inside", monitor.gaps());
                        press("rail-teach");
                        press("teach-stop");
                        when(() -> !find("teach-start").isDisabled(), next);
                    });
                });
            });
        });
    }

    private void figure(String name, double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        if (sorted.length > 0) {
            figures.put(name, new double[]{sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]});
        }
    }

    @SuppressWarnings("unchecked")
    private <N extends Node> N find(String id) {
        return (N) scene.lookup("#" + id);
    }

    private void press(String id) {
        ((ButtonBase) find(id)).fire();
    }

    private void after(double seconds, Runnable next) {
        long end = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        when(() -> System.nanoTime() > end, next);
    }

    /// A window that is not as this expects must not leave the benchmark waiting.
    private void then(Runnable next) {
        try {
            next.run();
        } catch (RuntimeException e) {
            done.accept(figures);
            throw e;
        }
    }

    /// Looks at every frame; what does not come in two minutes ends the measuring with what there is.
    private void when(BooleanSupplier condition, Runnable next) {
        long end = System.nanoTime() + (long) (PATIENCE_SECONDS * TimeUnit.SECONDS.toNanos(1));
        new AnimationTimer() {
            @Override
            public void handle(long now) {
                if (condition.getAsBoolean()) {
                    stop();
                    then(next);
                } else if (System.nanoTime() > end) {
                    stop();
                    done.accept(figures);
                }
            }
        }.start();
    }
}
