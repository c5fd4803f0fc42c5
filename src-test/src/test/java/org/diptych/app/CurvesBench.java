package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.Scene;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.chart.CurveChoice;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How long one drawing of three runs of 100,000 points takes, for the README's figures; it measures and judges nothing:
/// `mvn -q verify -pl src-test -am -Dui.excluded=display -Dtest=CurvesBench -Dsurefire.failIfNoSpecifiedTests=false`
/// writes `src-test/target/curves-bench.tsv` (milliseconds: median, least, most).
@Tag("nightly")
class CurvesBench {
    private static final int DRAWINGS = 60;

    @Test
    void threeLongRuns() throws Exception {
        FxStage.startToolkit();
        List<CurveBoard.Shown> runs = List.of(CurveBoardTest.run("one", 100_000, 0, 3),
                CurveBoardTest.run("two", 100_000, 1, 4), CurveBoardTest.run("three", 100_000, 2, 5));
        var choice = new SimpleObjectProperty<>(CurveChoice.usual().withValues(List.of("loss")));
        Stage stage = FxStage.call(() -> {
            CurveBoard board = new CurveBoard(new I18n(Locale.ENGLISH), new SimpleObjectProperty<>(Theme.LIGHT),
                    "board",
                    choice);
            Stage made = new Stage();
            made.setScene(new Scene(new StackPane(board), 1200, 700));
            made.show();
            board.show(runs);
            return made;
        });
        FxStage.settle();
        LiveChart chart = FxStage.call(() -> (LiveChart) stage.getScene().lookup("#board"));
        assertThat(FxStage.call(chart::points)).isEqualTo(300_000);
        String draw = line("drawing", chart, () -> {
        });
        String smooth = line("smoothing changed, and drawing",
                chart, () -> chart.smoothingProperty().set(chart.smoothingProperty().get() > 0.7 ? 0.5 : 0.8));
        Files.writeString(Path.of("target", "curves-bench.tsv"), draw + smooth);
        FxStage.call(() -> {
            stage.close();
            return null;
        });
    }

    private static String line(String name, LiveChart chart, Runnable change) throws Exception {
        double[] took = new double[DRAWINGS];
        for (int i = 0; i < DRAWINGS; i++) {
            took[i] = FxStage.call(() -> {
                long began = System.nanoTime();
                change.run();
                chart.draw();
                return (System.nanoTime() - began) / 1e6;
            });
        }
        double[] warm = Arrays.stream(took).skip(10).sorted().toArray();
        return String.format(Locale.ROOT, "%s\t%.2f\t%.2f\t%.2f%n", name, warm[warm.length / 2], warm[0],
                warm[warm.length - 1]);
    }
}
