package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import javafx.beans.property.SimpleObjectProperty;
import javafx.embed.swing.SwingFXUtils;
import javafx.scene.Scene;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.stage.Stage;
import javax.imageio.ImageIO;
import org.diptych.app.chart.CoachPane;
import org.diptych.app.chart.CurveBoard;
import org.diptych.app.chart.CurveChoice;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.Settings;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Note;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Every logged value of some runs, side by side; and what is said of them.
@Tag("fx")
class CurveBoardTest {
    private static final Path OUT = Path.of("target", "screenshots");

    @TempDir
    Path folder;
    private final I18n i18n = new I18n(Locale.ENGLISH);
    private final SimpleObjectProperty<Theme> theme = new SimpleObjectProperty<>(Theme.LIGHT);
    private final SimpleObjectProperty<CurveChoice> choice = new SimpleObjectProperty<>(CurveChoice.usual());
    private CurveBoard board;
    private CoachPane coach;
    private Stage stage;

    /// A finished log.
    record Log(Header header, List<Row> rows) implements RunLog {
        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public List<Row> since(int from) {
            return rows.subList(from, rows.size());
        }

        @Override
        public Optional<Snapshot> snapshot() {
            return Optional.empty();
        }
    }

    /// A run that learns by heart from two fifths on.
    static CurveBoard.Shown run(String id, int steps, int colour, double level) throws EngineException {
        SplittableRandom random = new SplittableRandom(colour);
        List<RunLog.Row> rows = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            double way = (double) step / steps;
            Map<String, Double> values = new HashMap<>(Map.of("loss",
                    level * Math.exp(-5 * way) + 0.05 + 0.1 * level * random.nextDouble(), "loss.contrastive",
                    level * Math.exp(-4 * way), "rate", 1e-3 * (1 - way * 0.7), "grad_norm",
                    1 + random.nextDouble() + (step % 97 == 0 ? 30 : 0), "forwards.contrastive", 2.0, "ms.contrastive",
                    40 + 5 * random.nextDouble(), "temperature", 0.07 - 0.05 * way, "pairs_per_second",
                    120 + 10 * random.nextDouble()));
            if (step % (steps / 20) == 0) {
                values.put("validation.loss", 0.3 * level + 2 * level * (way - 0.4) * (way - 0.4));
                values.put("validation.r1", 1 - Math.exp(-4 * way));
            }
            rows.add(new RunLog.Row(step, step * 0.25, values));
        }
        return new CurveBoard.Shown(new Log(new RunLog.Header(id, "2026-01-02T03:04:05Z",
                PlanFile.parse("{\"model\": \"clip\", \"steps\": " + steps + "}", "p"), "abc", "cpu", 2, Map.of()),
                rows),
                id, colour);
    }

    @BeforeAll
    static void toolkit() throws Exception {
        FxStage.startToolkit();
        Files.createDirectories(OUT);
    }

    private void open(List<CurveBoard.Shown> runs) throws Exception {
        FxStage.call(() -> {
            theme.get().apply();
            board = new CurveBoard(i18n, theme, "board", choice);
            coach = new CoachPane(i18n, Engine::notes, board::highlight);
            VBox page = Ui.styled(Ui.column(12, board, coach), "panel");
            VBox.setVgrow(board, Priority.ALWAYS);
            Scene scene = new Scene(Ui.styled(new StackPane(page), "shell"), 1100, 760);
            Workbench.dress(scene);
            stage = new Stage();
            stage.setScene(scene);
            stage.show();
            board.show(runs);
            coach.show(runs);
            return null;
        });
        FxStage.settle();
    }

    @AfterEach
    void close() throws Exception {
        FxStage.call(() -> {
            if (stage != null) {
                stage.close();
            }
            return null;
        });
    }

    private List<LiveChart> charts() throws Exception {
        return FxStage.call(board::charts);
    }

    @Test
    void everyLoggedValueCanBeDrawnAndTheChoiceIsTold() throws Exception {
        open(List.of(run("one", 200, 0, 3)));
        assertThat(charts()).as("training and validation loss share a chart").hasSize(1);
        assertThat(FxStage.call(() -> charts().getFirst().points())).isEqualTo(220);
        FxStage.call(() -> {
            for (String value : List.of("loss.contrastive", "forwards.contrastive", "ms.contrastive", "temperature",
                    "pairs_per_second", "grad_norm", "rate", "validation.r1")) {
                board.pick(value, true);
            }
            return null;
        });
        assertThat(charts()).hasSize(9);
        assertThat(FxStage.call(board::drawn)).hasSize(10);
        assertThat(choice.get().values()).contains("ms.contrastive").hasSize(10);
        FxStage.call(() -> {
            choice.get().values().forEach(v -> board.pick(v, false));
            return null;
        });
        assertThat(charts()).as("something is always drawn").hasSize(1);
    }

    @Test
    void theCursorGoesThroughAllChartsAndEvidenceIsMarkedOnItsOwn() throws Exception {
        choice.set(choice.get().withValues(List.of("loss", "validation.loss", "rate")));
        open(List.of(run("one", 400, 0, 3), run("two", 400, 1, 4)));
        FxStage.call(() -> {
            charts().getFirst().pointedStepProperty().set(OptionalDouble.of(120));
            return null;
        });
        FxStage.settle();
        for (LiveChart chart : charts()) {
            assertThat(chart.pointedStepProperty().get()).hasValue(120);
            assertThat(FxStage.call(() -> chart.lookupAll(".readout").stream().filter(n -> n.isVisible())
                    .map(n -> ((javafx.scene.control.Label) n).getText()).toList()))
                    .singleElement().asString().contains("step 120").contains("one").contains("two");
        }
        List<Note> notes = Engine.notes(board.runs().getFirst().log());
        assertThat(notes).extracting(Note::kind).contains(Note.Kind.OVERFITTING);
        FxStage.call(() -> {
            board.highlight(notes.stream().filter(n -> n.kind() == Note.Kind.OVERFITTING).findFirst());
            return null;
        });
        assertThat(charts().getFirst().evidence()).contains(new LiveChart.Evidence(160, 400));
        assertThat(charts().getLast().evidence()).isEmpty();
    }

    @Test
    void ofALongRunNoMorePointsAreDrawnThanPixelsCanShow() throws Exception {
        open(List.of(run("one", 100_000, 0, 3), run("two", 100_000, 1, 3), run("three", 100_000, 2, 3)));
        LiveChart chart = charts().getFirst();
        assertThat(FxStage.call(chart::points)).isEqualTo(300_060);
        // three runs, values as they are and smoothed, four points a column; and the validation points
        assertThat(FxStage.call(chart::drawnPoints)).isBetween(2_000, (int) (3 * 2 * 4 * (chart.getWidth() + 3)) + 100);
        for (CurveChoice next : List.of(new CurveChoice(choice.get().values(), 0.9, true, true, false),
                new CurveChoice(choice.get().values(), 0, false, false, true))) {
            FxStage.call(() -> {
                choice.set(next);
                return null;
            });
            FxStage.settle();
            assertThat(FxStage.call(chart::drawnPoints)).isGreaterThan(1_000);
        }
    }

    @Test
    void theChoiceIsRemembered() throws Exception {
        Settings settings = FxStage.call(() -> Settings.read(folder));
        CurveChoice wanted = new CurveChoice(List.of("rate", "ms.backward"), 0.3, true, false, true);
        FxStage.call(() -> {
            settings.curves("runs", CurveChoice.usual()).set(wanted);
            settings.save();
            return null;
        });
        Settings again = FxStage.call(() -> Settings.read(folder));
        assertThat(FxStage.call(() -> again.curves("runs", CurveChoice.usual()).get())).isEqualTo(wanted);
        assertThat(FxStage.call(() -> again.curves("teach", CurveChoice.usual()).get())).isEqualTo(CurveChoice.usual());
        Files.writeString(folder.resolve("settings.json"), "{\"curves\": {\"runs\": {\"smoothing\": 7}}}");
        Settings broken = FxStage.call(() -> Settings.read(folder));
        assertThat(FxStage.call(() -> broken.curves("runs", CurveChoice.usual()).get()))
                .isEqualTo(new CurveChoice(List.of(), 0.98, false, false, false));
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, en", "DARK, zh", "LIGHT, zh", "DARK, en"})
    void looks(Theme look, String language) throws Exception {
        theme.set(look);
        i18n.textsProperty().set(org.diptych.engine.api.Texts.of(Locale.of(language)));
        choice.set(new CurveChoice(List.of("loss", "validation.loss", "validation.r1", "grad_norm", "temperature"), 0.6,
                false, false, true));
        open(List.of(run("clip-20260102-030405", 2000, 0, 3), run("clip-20260102-040506", 1500, 1, 4)));
        long end = System.nanoTime() + 20_000_000_000L;
        while (FxStage.call(coach::notes).isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(end);
            FxStage.settle();
        }
        FxStage.call(() -> {
            board.highlight(Optional.of(coach.notes().getFirst()));
            charts().getFirst().pointedStepProperty().set(OptionalDouble.of(900));
            return null;
        });
        FxStage.settle();
        FxStage.settle();
        List<String> cuts = FxStage.call(() -> {
            ImageIO.write(SwingFXUtils.fromFXImage(stage.getScene().snapshot(null), null), "png",
                    OUT.resolve("curves-" + look.name().toLowerCase(Locale.ROOT) + "-" + language + ".png").toFile());
            return Cuts.of(stage.getScene().getRoot());
        });
        assertThat(cuts).isEmpty();
    }
}
