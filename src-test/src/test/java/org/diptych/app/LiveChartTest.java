package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.event.Event;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.canvas.Canvas;
import javafx.scene.image.WritableImage;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;
import javax.imageio.ImageIO;
import org.diptych.app.chart.Curve;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.RunLog;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Curves that grow, and the matrix.
@Tag("fx")
class LiveChartTest {
    @TempDir
    Path folder;

    /// A log in memory.
    private static final class Log implements RunLog {
        private final List<Row> rows = new ArrayList<>();

        @Override
        public Header header() {
            throw new UnsupportedOperationException();
        }

        @Override
        public synchronized int size() {
            return rows.size();
        }

        @Override
        public synchronized List<Row> since(int from) {
            return List.copyOf(rows.subList(from, rows.size()));
        }

        @Override
        public Optional<Snapshot> snapshot() {
            return Optional.empty();
        }

        synchronized void add(int step) {
            rows.add(new Row(step, step * 0.1, step % 10 == 0
                    ? Map.of("loss", 3.0 / (1 + step), "validation.loss", 3.5 / (1 + step))
                    : Map.of("loss", 3.0 / (1 + step))));
        }
    }

    @BeforeAll
    static void toolkit() throws Exception {
        FxStage.startToolkit();
    }

    @Test
    void growsWithTheLogAndExports() throws Exception {
        Log log = new Log();
        SimpleObjectProperty<Theme> theme = new SimpleObjectProperty<>(Theme.LIGHT);
        I18n i18n = new I18n(Locale.ENGLISH);
        LiveChart chart = FxStage.call(() -> {
            LiveChart made = new LiveChart(i18n, theme, "settings.threads",
                    () -> i18n.get("settings.device"));
            made.add(log, new Curve("loss", new SimpleStringProperty("loss, training"), 0, false));
            made.add(log, new Curve("validation.loss", new SimpleStringProperty("loss, validation"), 1, true));
            return made;
        });
        Stage stage = FxStage.call(() -> {
            Stage s = new Stage();
            s.setScene(new Scene(chart, 640, 360));
            s.show();
            return s;
        });
        assertThat(FxStage.call(chart::points)).isZero();
        for (int i = 0; i < 40; i++) {
            log.add(i);
        }
        FxStage.settle();
        assertThat(FxStage.call(chart::points)).isEqualTo(44);
        int lines = FxStage.call(() -> colours(chart.snapshot(null, null)));
        FxStage.call(() -> {
            chart.smoothingProperty().set(0.9);
            chart.logScaleProperty().set(true);
            theme.set(Theme.DARK);
            i18n.toggle();
            return null;
        });
        FxStage.settle();
        assertThat(FxStage.call(chart::points)).isEqualTo(44);
        assertThat(lines).as("colours in the drawing").isGreaterThan(5);
        FxStage.call(() -> {
            chart.exportCsv(folder.resolve("c.csv"));
            chart.exportPng(folder.resolve("c.png"));
            return null;
        });
        List<String> csv = Files.readAllLines(folder.resolve("c.csv"));
        assertThat(csv).hasSize(45).contains("curve,step,value", "\"loss, training\",0,3.0",
                "\"loss, validation\",30," + 3.5 / 31);
        assertThat(ImageIO.read(folder.resolve("c.png").toFile()).getWidth()).isEqualTo(1280);
        FxStage.call(() -> {
            stage.close();
            return null;
        });
    }

    /// The wheel zooms in, a drag with the control key moves what is in sight, and each is drawn by the next frame.
    @Test
    void theWheelZoomsAndADragWithTheControlKeyMoves() throws Exception {
        Log log = new Log();
        for (int i = 0; i < 1000; i++) {
            log.add(i);
        }
        List<Integer> picked = new ArrayList<>();
        LiveChart chart = FxStage.call(() -> {
            LiveChart made = new LiveChart(new I18n(Locale.ENGLISH), new SimpleObjectProperty<>(Theme.LIGHT),
                    "settings.threads", () -> "");
            made.add(log, new Curve("loss", new SimpleStringProperty("loss"), 0, false));
            made.setOnPick(picked::add);
            return made;
        });
        Stage stage = FxStage.call(() -> {
            Stage s = new Stage();
            s.setScene(new Scene(chart, 640, 360));
            s.show();
            return s;
        });
        FxStage.settle();
        Node canvas = FxStage.call(() -> chart.lookupAll("*").stream().filter(Canvas.class::isInstance).findFirst()
                .orElseThrow());
        List<Integer> whole = shown(chart, canvas, picked);
        for (int i = 0; i < 8; i++) {
            FxStage.call(() -> {
                WindowScript.wheel(canvas, 330, 160, -40);
                return null;
            });
        }
        List<Integer> near = shown(chart, canvas, picked);
        assertThat(near.getLast() - near.getFirst()).as("steps in sight")
                .isLessThan((whole.getLast() - whole.getFirst()) * 3 / 4);
        FxStage.call(() -> {
            WindowScript.mouse(canvas, MouseEvent.MOUSE_PRESSED, 330, 160, true);
            WindowScript.mouse(canvas, MouseEvent.MOUSE_DRAGGED, 390, 160, true);
            WindowScript.mouse(canvas, MouseEvent.MOUSE_DRAGGED, 430, 160, true);
            WindowScript.mouse(canvas, MouseEvent.MOUSE_RELEASED, 430, 160, true);
            return null;
        });
        List<Integer> moved = shown(chart, canvas, picked);
        assertThat(moved.getLast() - moved.getFirst()).isCloseTo(near.getLast() - near.getFirst(), within(2));
        assertThat(near.getFirst() - moved.getFirst()).as("the drag went a third of the way")
                .isBetween(near.getLast() - near.getFirst() >> 2, near.getLast() - near.getFirst() >> 1);
        FxStage.call(() -> {
            stage.close();
            return null;
        });
    }

    /// @return the steps at two places three hundred pixels apart, as the drawing has them
    private static List<Integer> shown(LiveChart chart, Node canvas, List<Integer> picked) throws Exception {
        FxStage.settle();
        picked.clear();
        FxStage.call(() -> {
            for (double x : new double[]{230, 530}) {
                Point2D at = canvas.localToScene(x, 160);
                Event.fireEvent(chart, new MouseEvent(MouseEvent.MOUSE_CLICKED, at.getX(), at.getY(), 0, 0,
                        MouseButton.PRIMARY, 1, false, false, false, false, false, false, false, true, false, true,
                        null));
            }
            return null;
        });
        assertThat(picked).hasSize(2);
        return List.copyOf(picked);
    }

    private static int colours(WritableImage image) {
        return (int) IntStream.range(0, (int) (image.getWidth() * image.getHeight()))
                .map(i -> image.getPixelReader().getArgb(i % (int) image.getWidth(), i / (int) image.getWidth()))
                .distinct().count();
    }

    @Test
    void theMatrixTurnsIntoProbabilitiesAlongRowsAndColumns() throws Exception {
        MatrixChart matrix = FxStage.call(() -> new MatrixChart(new SimpleObjectProperty<>(Theme.LIGHT)));
        float[] values = {1, 2, 3, 0, 0, 5};
        FxStage.call(() -> {
            matrix.setValues(2, 3, values);
            matrix.temperatureProperty().set(0.5);
            matrix.showProperty().set(MatrixChart.Show.ROWS);
            return null;
        });
        float[] rows = FxStage.call(matrix::shown);
        assertThat((double) rows[0] + rows[1] + rows[2]).isCloseTo(1, within(1e-6));
        // softmax of (2, 4, 6)
        assertThat((double) rows[2]).isCloseTo(1 / (1 + Math.exp(-2) + Math.exp(-4)), within(1e-6));
        FxStage.call(() -> {
            matrix.showProperty().set(MatrixChart.Show.COLUMNS);
            return null;
        });
        float[] cols = FxStage.call(matrix::shown);
        assertThat((double) cols[0] + cols[3]).isCloseTo(1, within(1e-6));
        assertThat((double) cols[5]).isCloseTo(1 / (1 + Math.exp(-4)), within(1e-6));
        FxStage.call(() -> {
            matrix.showProperty().set(MatrixChart.Show.RAW);
            matrix.setOrder(new int[]{1, 0}, new int[]{2, 1, 0});
            matrix.exportCsv(folder.resolve("m.csv"), List.of("p", "q"), List.of("a", "b,c", "d"));
            return null;
        });
        assertThat(Files.readAllLines(folder.resolve("m.csv"))).containsExactly(",d,\"b,c\",a", "q,5.0,0.0,0.0",
                "p,3.0,2.0,1.0");
    }

    @Test
    void aLargeMatrixFollowsADraggedTemperature() throws Exception {
        MatrixChart matrix = FxStage.call(() -> new MatrixChart(new SimpleObjectProperty<>(Theme.LIGHT)));
        float[] values = new float[256 * 256];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i * 0.37);
        }
        double best = FxStage.call(() -> {
            matrix.setValues(256, 256, values);
            matrix.showProperty().set(MatrixChart.Show.ROWS);
            new Scene(new StackPane(matrix), 900, 900);
            matrix.resize(900, 900);
            double least = Double.MAX_VALUE;
            for (int i = 0; i < 60; i++) {
                long start = System.nanoTime();
                matrix.temperatureProperty().set(0.05 + i * 0.01);
                matrix.layout();
                least = Math.min(least, (System.nanoTime() - start) / 1e6);
            }
            return least;
        });
        assertThat(best).as("milliseconds a frame at 256 x 256").isLessThan(16);
    }
}
