package org.diptych.app.contrast;

import java.util.Locale;
import java.util.Optional;
import javafx.scene.control.Label;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Range;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RelevanceResult;

/// The cell that was clicked: its picture with the map that its score rests on, its sentence, its figures.
final class CellDetail extends VBox {
    private final I18n i18n;
    private final ContrastModel model;
    private final HeatOverlay heat = new HeatOverlay();
    private Optional<int[]> shown = Optional.empty();

    CellDetail(I18n i18n, ContrastModel model) {
        super(8);
        this.i18n = i18n;
        this.model = model;
        model.items.subscribe(items -> {
            shown = Optional.empty();
            getChildren().setAll(Ui.styled(i18n.label("contrast.detail"), "hint"));
        });
        model.detail.subscribe(d -> d.ifPresent(this::map));
    }

    private void map(RelevanceResult r) {
        shown.map(cell -> cell[0]).ifPresent(row -> {
            Picture drawn = model.items.get().shown().get(row);
            float s = (float) drawn.width() / model.items.get().seen().get(row).width();
            heat.show(HeatOverlay.Heat.of(r, s), Range.of(r.values()));
        });
    }

    /// @return row and column of the pair that is shown
    Optional<int[]> shown() {
        return shown;
    }

    /// Shows a pair whose score is in the matrix.
    void show(int row, int col) {
        shown = Optional.of(new int[]{row, col});
        ContrastResult r = model.result.get().orElseThrow();
        ImageCanvas picture = new ImageCanvas();
        picture.greyProperty().set(1);
        heat.clear();
        picture.overlays().add(heat);
        picture.setPicture(model.items.get().shown().get(row));
        picture.setPrefHeight(160);
        picture.setMinHeight(96);
        VBox.setVgrow(picture, Priority.ALWAYS);
        float[] p = MatrixMath.softmax(r.similarity(), r.rows(), r.cols(), 1 / model.temperature.get(), true);
        getChildren().setAll(picture,
                Ui.wrapped(Ui.styled(new Label(model.items.get().texts().get(col)), "strong")),
                i18n.label(r.probability() ? "contrast.detail.match" : "contrast.detail.score", number(r.at(row, col)),
                        number(p[row * r.cols() + col])));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
