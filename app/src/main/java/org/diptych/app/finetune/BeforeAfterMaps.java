package org.diptych.app.finetune;

import java.util.Arrays;
import java.util.Optional;
import javafx.geometry.HPos;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RelevanceResult;

/// The same picture three times: what the score rests on before, after, and the difference.
final class BeforeAfterMaps extends VBox {
    private static final double SIDE = 200;
    private static final int PANELS = 3;

    /// A picture with its map.
    private final class Panel {
        private final ImageCanvas picture = new ImageCanvas();
        private final HeatOverlay heat = new HeatOverlay();
        private final ScaleBar scale = new ScaleBar();

        Panel(GridPane grid, int column, Label title, String id) {
            title.getStyleClass().add("strong");
            picture.greyProperty().set(1);
            picture.overlays().add(heat);
            picture.setId(id);
            picture.setMinSize(120, 120);
            picture.setPrefSize(SIDE, SIDE);
            picture.accessibleTextProperty().bind(title.textProperty());
            picture.setReadout(at -> heat.valueAt(at).map(v -> i18n.get("finetune.sides.readout",
                    ScaleBar.number(v), ScaleBar.number(heat.rangeProperty().get().low()),
                    ScaleBar.number(heat.rangeProperty().get().high()))));
            scale.follow(heat);
            scale.setAlignment(Pos.CENTER);
            scale.setVisible(false);
            GridPane.setVgrow(picture, Priority.ALWAYS);
            grid.addColumn(column, Ui.wrapped(title), picture, scale);
        }

        void show(Optional<HeatOverlay.Heat> map, Range range) {
            scale.setVisible(map.isPresent());
            if (map.isEmpty()) {
                heat.clear();
            } else if (!range.equals(heat.rangeProperty().get()) || heat.heat().filter(
                    h -> h.view().equals(map.get().view()) && Arrays.equals(h.values(), map.get().values()))
                    .isEmpty()) {
                heat.show(map.get(), range); // else it would fade in again at every answer
            }
        }
    }

    private final I18n i18n;
    private final Panel before;
    private final Panel after;
    private final Panel difference;
    private final Label note = Ui.styled(Ui.wrapped(new Label()), "muted", "small");

    /// @param step that the run has come to
    BeforeAfterMaps(I18n i18n, int step) {
        super(6);
        this.i18n = i18n;
        GridPane grid = new GridPane(16, 6);
        for (int i = 0; i < PANELS; i++) {
            ColumnConstraints column = new ColumnConstraints();
            column.setPercentWidth(100.0 / PANELS);
            column.setHalignment(HPos.CENTER);
            grid.getColumnConstraints().add(column);
        }
        before = new Panel(grid, 0, i18n.label("finetune.sides.before"), "sides-before");
        after = new Panel(grid, 1, i18n.label("finetune.sides.after", step), "sides-after");
        difference = new Panel(grid, 2, i18n.label("finetune.sides.difference"), "sides-difference");
        difference.heat.colorMapProperty().set(ColorMap.of(ColorMap.DIVERGING));
        VBox.setVgrow(grid, Priority.ALWAYS);
        getChildren().addAll(grid, note);
    }

    void picture(Picture shown) {
        for (Panel panel : new Panel[]{before, after, difference}) {
            panel.picture.setPicture(shown);
        }
    }

    /// @param same  one scale for both, so that the same colour is the same number
    /// @param scale shown pixels for each pixel that the models saw
    void show(Findings was, Findings is, boolean same, double scale) {
        Optional<float[]> less = is.less(was);
        Optional<Range> common = less.filter(values -> same).map(values -> Range.of(both(was, is)));
        each(before, was, common, scale);
        each(after, is, common, scale);
        difference.show(less.map(values -> HeatOverlay.Heat.of(with(is.map().orElseThrow(), values), scale)),
                less.map(Range::symmetric).orElse(Range.UNIT));
        boolean apart = was.map().isPresent() && is.map().isPresent() && less.isEmpty();
        note.setText(i18n.get(apart ? "finetune.sides.places" : "finetune.sides.difference.why"));
    }

    private static void each(Panel panel, Findings findings, Optional<Range> common, double scale) {
        panel.show(findings.map().map(m -> HeatOverlay.Heat.of(m, scale)), common.orElseGet(
                () -> findings.map().map(m -> Range.of(m.values())).orElse(Range.UNIT)));
    }

    private static float[] both(Findings was, Findings is) {
        float[] a = was.map().orElseThrow().values();
        float[] b = is.map().orElseThrow().values();
        float[] out = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, out, a.length, b.length);
        return out;
    }

    private static RelevanceResult with(RelevanceResult map, float[] values) {
        return new RelevanceResult(map.picture(), values, map.tokens(), map.read(), map.score(), map.view(),
                map.regions());
    }
}
