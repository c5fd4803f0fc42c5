package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import javafx.geometry.Point2D;
import javafx.scene.Scene;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.StackPane;
import org.diptych.app.canvas.BoxOverlay;
import org.diptych.app.canvas.GridOverlay;
import org.diptych.app.canvas.HeadGrid;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Tokens;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Pictures with layers, words with bars, and the grid of heads.
@Tag("fx")
class CanvasTest {
    @BeforeAll
    static void toolkit() throws Exception {
        FxStage.startToolkit();
    }

    @Test
    void aMapLiesOnItsPartOfThePicture() throws Exception {
        HeatOverlay heat = FxStage.call(HeatOverlay::new);
        GridOverlay grid = FxStage.call(GridOverlay::new);
        int[] corner = FxStage.call(() -> {
            ImageCanvas canvas = new ImageCanvas();
            canvas.setPicture(new Picture(40, 20, new byte[40 * 20 * 3], "black"));
            canvas.overlays().addAll(List.of(heat, grid));
            new Scene(new StackPane(canvas), 400, 400);
            canvas.resize(400, 400);
            heat.smoothProperty().set(false);
            heat.strengthProperty().set(1);
            heat.show(new HeatOverlay.Heat(new Box(10, 0, 30, 20), 2, 2, new float[]{0, 1, 0, 0.5f}), Range.UNIT);
            grid.show(new Box(10, 0, 30, 20), 2, 2);
            canvas.layout();
            var image = canvas.snapshot(null, null);
            return new int[]{image.getPixelReader().getArgb(40, 200), image.getPixelReader().getArgb(250, 150)};
        });
        assertThat(corner[0]).as("outside of the part").isEqualTo(0xff000000);
        // viridis ends in yellow; the software pipeline may round by one
        assertThat(corner[1] >> 16 & 255).as("red of the brightest cell").isBetween(0xfb, 0xff);
        assertThat(corner[1] >> 8 & 255).as("its green").isBetween(0xe5, 0xe9);
        assertThat(corner[1] & 255).as("its blue").isBetween(0x23, 0x27);
        assertThat(heat.valueAt(new Point2D(25, 15))).contains(0.5f);
        assertThat(heat.valueAt(new Point2D(5, 5))).isEmpty();
        assertThat(grid.cell(new Point2D(25, 15))).contains(3);
        FxStage.call(() -> {
            grid.select(Set.of(3));
            return null;
        });
        assertThat(grid.selected()).containsExactly(3);
    }

    @Test
    void theSmallestBoxUnderThePointIsMeant() throws Exception {
        BoxOverlay boxes = FxStage.call(() -> {
            BoxOverlay overlay = new BoxOverlay();
            overlay.show(List.of(BoxOverlay.Mark.outline(new Box(0, 0, 20, 20), "large"),
                    BoxOverlay.Mark.outline(new Box(5, 5, 10, 10), "small")));
            return overlay;
        });
        assertThat(boxes.at(new Point2D(6, 6))).contains(1);
        assertThat(boxes.at(new Point2D(15, 15))).contains(0);
        assertThat(boxes.at(new Point2D(25, 15))).isEmpty();
    }

    @Test
    void arrowsMoveThroughWords() throws Exception {
        TokenStrip strip = FxStage.call(() -> {
            TokenStrip made = new TokenStrip();
            made.setTokens(new Tokens("red fish", List.of(new Tokens.Token(0, "<s>", -1, -1, 0),
                    new Tokens.Token(1, "red", 0, 3, 0), new Tokens.Token(2, "fish", 4, 8, 0)), false));
            made.setBars(new float[]{0.1f, 0.6f, 0.3f}, v -> v + " of the attention");
            press(made, KeyCode.HOME, false);
            press(made, KeyCode.RIGHT, false);
            return made;
        });
        assertThat(strip.selectionProperty().get()).contains(new TokenStrip.Span(1, 1));
        FxStage.call(() -> {
            press(strip, KeyCode.RIGHT, true);
            return null;
        });
        assertThat(strip.selectionProperty().get()).contains(new TokenStrip.Span(1, 2));
        FxStage.call(() -> {
            press(strip, KeyCode.ESCAPE, false);
            return null;
        });
        assertThat(strip.selectionProperty().get()).isEmpty();
    }

    private static void press(javafx.scene.Node node, KeyCode code, boolean shift) {
        node.fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", code, shift, false, false, false));
    }

    @Test
    void arrowsMoveThroughLayersAndHeads() throws Exception {
        HeadGrid grid = FxStage.call(() -> {
            HeadGrid made = new HeadGrid();
            float[][][] maps = new float[3][3][4];
            made.show(new HeadGrid.Maps(2, 2, maps));
            made.selectionProperty().set(Optional.of(new HeadGrid.Cell(0, 0)));
            press(made, KeyCode.DOWN, false);
            press(made, KeyCode.RIGHT, false);
            press(made, KeyCode.RIGHT, false);
            press(made, KeyCode.RIGHT, false);
            return made;
        });
        assertThat(grid.selectionProperty().get()).contains(new HeadGrid.Cell(1, AttentionTrace.HEAD_MEAN));
    }

    @Test
    void numbersKeepThreeFigures() {
        assertThat(ScaleBar.number(0)).isEqualTo("0");
        assertThat(ScaleBar.number(0.31415)).isEqualTo("0.31");
        assertThat(ScaleBar.number(0.0123)).isEqualTo("0.012");
        assertThat(ScaleBar.number(12.345)).isEqualTo("12.3");
        assertThat(ScaleBar.number(0.00001234)).isEqualTo("1.2e-05");
    }
}
