package org.diptych.app;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.control.Slider;
import javafx.scene.input.MouseEvent;
import org.diptych.app.WindowScript.Figure;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.fx.PulseMonitor;

/// How quickly the window answers, measured on the very window a person opens: the mouse over the map, the temperature dragged over 256 pictures and
/// sentences, long runs overlaid, and JavaFX's pulse while a model is taught. The benchmark asks for it and reads what comes.
final class WindowFigures {
    /// Set to a number of seconds of teaching, the program measures itself once its first map is drawn, writes one line a figure on standard error, and ends.
    static final String MEASURE = "diptych.measure.window";
    private static final int SIDE = 256;
    /// Enough for the time that is measured, with an evaluation and a checkpoint every hundred.
    private static final int STEPS = 2000;

    private final WindowScript script;
    private final int seconds;

    /// @param scene   the window's, with the finished example in sight
    /// @param seconds of teaching with its curves in sight, and half of them with Look inside
    /// @param done    gets each figure, on JavaFX's thread; only those that were reached in time
    WindowFigures(Scene scene, int seconds, Consumer<Map<String, Figure>> done) {
        script = new WindowScript(scene, done);
        this.seconds = seconds;
    }

    void measure() {
        WindowCurves curves = new WindowCurves(script);
        hover(() -> temperature(() -> curves.overlaid(() -> pulse(() -> curves.beside(seconds, script::end)))));
    }

    private void hover(Runnable next) {
        Node picture = script.find("inspect-picture");
        double width = picture.getBoundsInLocal().getWidth();
        double height = picture.getBoundsInLocal().getHeight();
        script.repaints("hover to repaint", i -> {
            double at = 0.3 + 0.4 * (i % 40) / 40;
            WindowScript.mouse(picture, MouseEvent.MOUSE_MOVED, width * at, height * at, false);
        }, next);
    }

    private void temperature(Runnable next) {
        script.press("rail-contrast");
        script.press("contrast-pairs-" + SIDE);
        MatrixChart matrix = script.find("contrast-matrix");
        script.when(() -> matrix.shown().length == SIDE * SIDE && matrix.isVisible(), () -> {
            matrix.showProperty().set(MatrixChart.Show.ROWS);
            Slider slider = script.find("contrast-temperature");
            script.repaints("temperature drag at 256 x 256, a frame",
                    i -> slider.setValue(Math.log(0.01 + 0.002 * (i % 100))), next);
        });
    }

    /// Teaches a fresh model with the form as it stands, first with its curves in sight, then with Look inside, which asks between the steps.
    private void pulse(Runnable next) {
        script.press("rail-teach");
        PulseMonitor monitor = new PulseMonitor();
        script.after(1, () -> {
            Slider steps = script.find("finetune-steps");
            steps.setValue(Math.log10(STEPS));
            monitor.start();
            long clicked = System.nanoTime();
            script.press("teach-start");
            LiveChart chart = script.find("teach-chart");
            script.when(() -> chart.points() > 0 && chart.isVisible(), () -> {
                double took = (System.nanoTime() - clicked) / (double) TimeUnit.MILLISECONDS.toNanos(1);
                script.figure("click to the first point of a curve", new double[]{took}, "ms");
                script.after(seconds, () -> {
                    monitor.stop();
                    script.figure("between two pulses while teaching", monitor.gaps(), "ms");
                    monitor.start();
                    script.press("teach-look");
                    script.after(seconds / 2.0, () -> {
                        monitor.stop();
                        script.figure("between two pulses while teaching and looking inside", monitor.gaps(), "ms");
                        script.press("rail-teach");
                        script.press("teach-stop");
                        script.when(() -> !script.find("teach-start").isDisabled(), next);
                    });
                });
            });
        });
    }
}
