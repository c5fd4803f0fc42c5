package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javafx.embed.swing.SwingFXUtils;
import javafx.scene.Scene;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.Stage;
import javax.imageio.ImageIO;
import org.diptych.app.canvas.BoxOverlay;
import org.diptych.app.canvas.GridOverlay;
import org.diptych.app.canvas.HeadGrid;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.chart.Curve;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Scene.Thing;
import org.diptych.engine.api.Texts;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The shared parts of the views on one page, in both themes and languages; the pictures lie in `target/screenshots`.
@Tag("fx")
class GalleryTest {
    @BeforeAll
    static void toolkit() throws Exception {
        FxStage.startToolkit();
        Files.createDirectories(Path.of("target", "screenshots"));
    }

    /// A finished log.
    private record Log(List<Row> rows) implements RunLog {
        @Override
        public Header header() {
            throw new UnsupportedOperationException();
        }

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

    private static Log log() {
        List<RunLog.Row> rows = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            double loss = 4 * Math.exp(-i / 120.0) + 0.3 + 0.25 * Math.sin(i * 1.7) * Math.cos(i * 0.31);
            rows.add(new RunLog.Row(i, i, i % 40 == 0
                    ? Map.of("loss", loss, "validation.loss", 4 * Math.exp(-i / 140.0) + 0.5)
                    : Map.of("loss", loss)));
        }
        return new Log(rows);
    }

    @ParameterizedTest
    @CsvSource({"LIGHT, en", "DARK, zh"})
    void everyPartHasItsPlace(Theme look, String language) throws Exception {
        I18n i18n = new I18n(Locale.of(language));
        var theme = new javafx.beans.property.SimpleObjectProperty<>(look);
        Stage stage = FxStage.call(() -> {
            look.apply();
            VBox page = Ui.styled(Ui.column(16), "view");
            page.getChildren().addAll(banner(i18n), Ui.row(16, picture(), words(), heads()),
                    Ui.row(16, chart(i18n, theme), matrix(theme), states(i18n)));
            Scene scene = new Scene(Ui.styled(new javafx.scene.layout.StackPane(page), "shell"), 1400, 860);
            Workbench.dress(scene);
            Stage made = new Stage();
            made.setScene(scene);
            made.setWidth(1400);
            made.setHeight(860);
            made.show();
            return made;
        });
        FxStage.settle();
        FxStage.settle();
        List<String> cuts = FxStage.call(() -> {
            ImageIO.write(SwingFXUtils.fromFXImage(stage.getScene().snapshot(null), null), "png",
                    Path.of("target", "screenshots", "gallery-" + look.name().toLowerCase(Locale.ROOT) + "-" + language
                            + ".png").toFile());
            List<String> found = Cuts.of(stage.getScene().getRoot());
            stage.close();
            return found;
        });
        assertThat(cuts).isEmpty();
        assertThat(Texts.of(i18n.locale()).locale().getLanguage()).isEqualTo(language);
    }

    private static Region banner(I18n i18n) {
        ErrorBanner banner = new ErrorBanner(i18n);
        banner.show(new EngineException("work.libtorch", "/opt/torch"), "shell.start.retry", banner::hide);
        return banner;
    }

    private static Region picture() {
        org.diptych.engine.api.Scene scene = Toybox.scene(7, 64, World.LOOSE);
        HeatOverlay heat = new HeatOverlay();
        GridOverlay grid = new GridOverlay();
        BoxOverlay boxes = new BoxOverlay();
        ImageCanvas canvas = new ImageCanvas();
        canvas.setPicture(scene.picture());
        canvas.greyProperty().set(1);
        canvas.overlays().addAll(List.of(heat, grid, boxes));
        canvas.setPrefSize(320, 320);
        canvas.setMinSize(320, 320);
        float[] values = new float[64];
        for (int i = 0; i < 64; i++) {
            values[i] = (float) Math.exp(-((i % 8 - 3) * (i % 8 - 3) + (i / 8 - 4) * (i / 8 - 4)) / 4.0) * 0.31f;
        }
        Box whole = new Box(0, 0, 64, 64);
        heat.show(new HeatOverlay.Heat(whole, 8, 8, values), Range.of(values));
        grid.show(whole, 8, 8);
        grid.linesProperty().set(true);
        grid.select(Set.of(35));
        Thing first = scene.objects().getFirst();
        boxes.show(List.of(new BoxOverlay.Mark(first.box(), first.kind(), javafx.scene.paint.Color.TRANSPARENT, true)));
        ScaleBar bar = new ScaleBar();
        bar.follow(heat);
        return Ui.column(8, canvas, bar);
    }

    private static Region words() {
        TokenStrip strip = new TokenStrip();
        List<Tokens.Token> tokens = new ArrayList<>();
        tokens.add(new Tokens.Token(0, "<start>", -1, -1, 0));
        String text = "a large red fish above a small blue cup";
        int at = 0;
        for (String word : text.split(" ")) {
            tokens.add(new Tokens.Token(1, word, at, at + word.length(), 0));
            at += word.length() + 1;
        }
        strip.setTokens(new Tokens(text, tokens, false));
        strip.setBars(new float[]{0.02f, 0.05f, 0.2f, 0.9f, 0.8f, 0.1f, 0.05f, 0.1f, 0.3f, 0.25f}, v -> "weight " + v);
        strip.selectionProperty().set(Optional.of(new TokenStrip.Span(3, 4)));
        strip.setPrefWrapLength(420);
        strip.setPrefWidth(440);
        return strip;
    }

    private static Region heads() {
        float[][][] maps = new float[4][5][64];
        for (int l = 0; l < 4; l++) {
            for (int h = 0; h < 5; h++) {
                for (int i = 0; i < 64; i++) {
                    maps[l][h][i] = (float) Math.exp(-Math.pow(i % 8 - 2 * h, 2) / 6 - Math.pow(i / 8 - 2 * l, 2) / 6);
                }
            }
        }
        HeadGrid grid = new HeadGrid();
        grid.setMeanLabel("mean");
        grid.show(new HeadGrid.Maps(8, 8, maps));
        grid.selectionProperty().set(Optional.of(new HeadGrid.Cell(1, 2)));
        grid.setPrefWidth(420);
        return grid;
    }

    private static Region chart(I18n i18n, javafx.beans.value.ObservableValue<Theme> theme) {
        LiveChart chart = new LiveChart(i18n, theme, "settings.threads",
                () -> i18n.get("settings.device"));
        Log log = log();
        chart.add(log, new Curve("loss", i18n.text("catalog.flow.image"), 0, false));
        chart.add(log, new Curve("validation.loss", i18n.text("catalog.flow.text"), 1, true));
        chart.smoothingProperty().set(0.8);
        chart.setPrefSize(520, 320);
        return chart;
    }

    private static Region matrix(javafx.beans.value.ObservableValue<Theme> theme) {
        MatrixChart matrix = new MatrixChart(theme);
        float[] values = new float[36];
        for (int i = 0; i < 36; i++) {
            values[i] = i / 6 == i % 6 ? 0.9f - i * 0.01f : 0.1f + 0.01f * (i * 7 % 13);
        }
        matrix.setValues(6, 6, values);
        matrix.setHeaders(i -> Optional.of(new Label("row " + i)), 56, i -> Optional.of(new Label("c" + i)), 28);
        matrix.selectionProperty().set(Optional.of(new MatrixChart.Cell(2, 2, 0)));
        matrix.setPrefSize(380, 340);
        return matrix;
    }

    private static Region states(I18n i18n) {
        GridPane badges = new GridPane();
        badges.setHgap(8);
        badges.addRow(0, Ui.styled(new Label("good"), "badge", "good"), Ui.styled(new Label("warn"), "badge", "warn"),
                Ui.styled(new Label("bad"), "badge", "bad"), Ui.styled(new Label("note"), "badge", "note"));
        Button plain = Ui.button(i18n, "settings.choose", () -> {
        });
        Button primary = Ui.primary(i18n, "catalog.open", () -> {
        });
        return Ui.column(12, badges, plain, primary, Ui.iconButton(i18n, "mdi2p-play", "settings.choose", () -> {
        }));
    }
}
