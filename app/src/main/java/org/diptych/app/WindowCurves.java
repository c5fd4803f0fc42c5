package org.diptych.app;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.stream.DoubleStream;
import javafx.scene.Node;
import javafx.scene.canvas.Canvas;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Slider;
import javafx.scene.control.TableView;
import javafx.scene.input.MouseEvent;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.chart.LiveChart;
import org.diptych.engine.api.RunLog;

/// Curves in the window: how fast long ones answer when they lie over one another, and what a run pays for being watched.
final class WindowCurves {
    private static final int RUNS = 3;
    /// Steps between two looks at the pinned pairs, as a run takes them by itself.
    private static final int LOOKS_EVERY = 50;
    /// Of which one is for warming up; each has its curves in sight for so many steps, and then as many out of sight.
    private static final double SECONDS_A_ROUND = 5;
    /// Where there is less time than a usual look apart takes.
    private static final int STEPS_A_SECOND = 10;
    /// So long that no evaluation comes within the measured steps.
    private static final double MOST_STEPS = 4;
    private static final double SIXTEEN_PAIRS = 4;
    private static final int ZOOMS = 10;
    /// Zooms in.
    private static final double WHEEL = -40;

    private final WindowScript script;

    WindowCurves(WindowScript script) {
        this.script = script;
    }

    /// The mouse over three runs, the wheel and a drag with the control key, where the benchmark has laid such runs into the data folder.
    void overlaid(Runnable next) {
        script.press("rail-runs");
        Node reading = script.find("runs-skeleton");
        script.when(() -> !reading.isVisible(), () -> script.after(1, () -> { // the table comes with the next layout
            TableView<?> table = script.find("runs-table");
            if (table == null || table.getItems().size() < RUNS) {
                next.run();
                return;
            }
            LiveChart alone = script.find("runs-chart");
            script.when(() -> alone.points() > 0, () -> {
                int each = alone.points();
                table.lookupAll(".check-box").stream().map(CheckBox.class::cast)
                        .filter(box -> box.getParent().isVisible() && !box.isSelected()).toList()
                        .forEach(ButtonBase::fire);
                script.when(() -> chart().points() == RUNS * each,
                        () -> script.after(1, () -> gestures(chart(), next)));
            });
        }));
    }

    private LiveChart chart() {
        return script.find("runs-chart");
    }

    private void gestures(LiveChart chart, Runnable next) {
        String name = RUNS + " runs overlaid, " + String.format(Locale.ROOT, "%,d", chart.points() / RUNS)
                + " points each: ";
        Canvas canvas = (Canvas) chart.lookupAll("*").stream().filter(Canvas.class::isInstance).findFirst()
                .orElseThrow();
        double x = canvas.getWidth();
        double y = canvas.getHeight() / 2;
        script.repaints(name + "hover",
                i -> WindowScript.mouse(chart, MouseEvent.MOUSE_MOVED, x * (0.3 + 0.4 * (i % 40) / 40), y,
                        false),
                () -> script.repaints(name + "zoom",
                        i -> WindowScript.wheel(canvas, x / 2, y, i / ZOOMS % 2 == 0 ? WHEEL : -WHEEL), () -> {
                            for (int i = 0; i < ZOOMS / 2; i++) {
                                WindowScript.wheel(canvas, x / 2, y, WHEEL);
                            }
                            WindowScript.mouse(canvas, MouseEvent.MOUSE_PRESSED, x / 2, y, true);
                            script.repaints(name + "pan", i -> WindowScript.mouse(canvas, MouseEvent.MOUSE_DRAGGED,
                                    x * (0.5 + 0.2 * Math.sin(i / 10.0)), y, true), () -> {
                                        WindowScript.mouse(canvas, MouseEvent.MOUSE_RELEASED, x / 2, y, true);
                                        next.run();
                                    });
                        }));
    }

    /// What of a run's time is no step, and how long a step takes with its curves in sight and without.
    ///
    /// @param seconds of teaching, roughly
    void beside(int seconds, Runnable next) {
        script.press("rail-teach");
        ((Slider) script.find("finetune-batch")).setValue(SIXTEEN_PAIRS);
        ((Slider) script.find("finetune-steps")).setValue(MOST_STEPS);
        LiveChart chart = script.find("teach-chart");
        CurveBoard board = board(chart);
        List<CurveBoard.Shown> before = board.runs();
        script.press("teach-start");
        script.when(() -> !board.runs().equals(before) && !board.runs().isEmpty()
                && board.runs().getFirst().log().size() > 0,
                () -> new Watched(board.runs().getFirst().log(), (int) Math.max(1, seconds / SECONDS_A_ROUND),
                        Math.min(LOOKS_EVERY, STEPS_A_SECOND * seconds), next).round(0));
    }

    private static CurveBoard board(Node inside) {
        return inside instanceof CurveBoard board ? board : board(inside.getParent());
    }

    /// Looks at a run from pulse to pulse.
    private final class Watched {
        private final RunLog log;
        private final int rounds;
        private final int steps;
        private final Runnable next;
        private final List<Double> shares = new ArrayList<>();
        private final List<Double> shown = new ArrayList<>();
        private final List<Double> hidden = new ArrayList<>();

        /// @param steps of a round's halves
        Watched(RunLog log, int rounds, int steps, Runnable next) {
            this.log = log;
            this.rounds = rounds;
            this.steps = steps;
            this.next = next;
        }

        void round(int number) {
            if (number > rounds) {
                end();
                return;
            }
            boolean counts = number > 0;
            script.press("rail-teach");
            watch((seen, passed) -> {
                if (counts) {
                    shares.add(100 * Math.max(0, 1 - DoubleStream.of(seen).sum() / passed));
                    DoubleStream.of(seen).forEach(shown::add);
                }
                script.press("rail-models");
                watch((unseen, time) -> {
                    if (counts) {
                        DoubleStream.of(unseen).forEach(hidden::add);
                    }
                    round(number + 1);
                });
            });
        }

        private void end() {
            script.figure("a run with its curves in sight: beside its steps, of its time", array(shares), "%");
            script.figure("a step with its curves in sight", array(shown), "ms");
            script.figure("a step with its curves out of sight", array(hidden), "ms");
            script.press("rail-teach");
            script.press("teach-stop");
            script.when(() -> !script.find("teach-start").isDisabled(), next);
        }

        /// As many steps as lie between two looks at the pairs, where there is time for them, begun and ended with the pulse that sees their rows.
        ///
        /// @param done gets each step's milliseconds, and those that passed
        private void watch(BiConsumer<double[], Double> done) {
            int from = log.size();
            long began = System.nanoTime();
            script.when(() -> log.size() >= from + steps,
                    () -> done.accept(log.since(from).stream().mapToDouble(row -> row.millis(log.batch(row.step())))
                            .filter(Double::isFinite).toArray(), (System.nanoTime() - began) / 1e6));
        }

        private static double[] array(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }
}
