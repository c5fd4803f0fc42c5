package org.diptych.app.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javafx.geometry.Point2D;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Slider;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.paint.Color;
import javafx.util.StringConverter;
import org.diptych.app.canvas.BoxOverlay;
import org.diptych.app.canvas.GridOverlay;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.Scene;

/// The left panel: the picture, dimmed under its map, with the scale that says what the colours mean.
final class PicturePanel extends VBox {
    private final I18n i18n;
    private final InspectModel model;
    private final ImageCanvas canvas = new ImageCanvas();
    private final HeatOverlay heat = new HeatOverlay();
    private final GridOverlay grid = new GridOverlay();
    private final BoxOverlay boxes = new BoxOverlay();

    PicturePanel(I18n i18n, InspectModel model) {
        super(8);
        this.i18n = i18n;
        this.model = model;
        getStyleClass().add("panel");
        canvas.overlays().addAll(heat, grid, boxes);
        canvas.greyProperty().set(1);
        canvas.setId("inspect-picture");
        grid.linesProperty().set(false);
        VBox.setVgrow(canvas, Priority.ALWAYS);
        canvas.setMinHeight(160);
        ScaleBar scale = new ScaleBar();
        scale.follow(heat);
        getChildren().addAll(canvas, Ui.row(16, scale), options());
        canvas.setReadout(this::readout);
        canvas.setOnPick(this::pick);
        canvas.pointedProperty().subscribe(at -> grid.hover(at.flatMap(grid::cell)));
        model.input.subscribe(input -> input.ifPresent(i -> canvas.setPicture(i.shown())));
        model.boxes.subscribe(shown -> drawBoxes());
        model.input.subscribe(input -> drawBoxes());
    }

    private HBox options() {
        Slider strength = new Slider(0, 1, heat.strengthProperty().get());
        strength.setPrefWidth(96);
        strength.accessibleTextProperty().bind(i18n.text("inspect.strength"));
        strength.setTooltip(i18n.tooltip("inspect.strength"));
        heat.strengthProperty().bind(strength.valueProperty());
        CheckBox smooth = i18n.label(new CheckBox(), "inspect.smooth");
        smooth.setSelected(heat.smoothProperty().get());
        heat.smoothProperty().bind(smooth.selectedProperty());
        CheckBox truth = i18n.label(new CheckBox(), "inspect.boxes");
        truth.selectedProperty().bindBidirectional(model.boxes);
        truth.setTooltip(i18n.tooltip("inspect.boxes.why"));
        model.input.subscribe(input -> truth.setDisable(input.flatMap(Input::scene).isEmpty()));
        ChoiceBox<String> colours = new ChoiceBox<>();
        colours.getItems().setAll(ColorMap.IDS.stream().filter(id -> !id.equals(ColorMap.DIVERGING)).toList());
        colours.setValue(heat.colorMapProperty().get().id());
        colours.setConverter(new StringConverter<>() {
            @Override
            public String toString(String id) {
                return id == null ? "" : i18n.get("image.colormap." + id);
            }

            @Override
            public String fromString(String text) {
                return text;
            }
        });
        colours.setTooltip(i18n.tooltip("inspect.colours"));
        colours.valueProperty().subscribe(id -> heat.colorMapProperty().set(ColorMap.of(id)));
        HBox row = Ui.row(12, strength, colours, smooth, truth);
        row.setMinWidth(Region.USE_PREF_SIZE);
        return row;
    }

    HeatOverlay heat() {
        return heat;
    }

    /// Shows values over the patches of `axis`; `view` is in the pixels of the picture that the model saw.
    void show(Axis.Patches axis, float[] values, Box view, Range ends) {
        heat.show(new HeatOverlay.Heat(shown(view), axis.rows(), axis.cols(), values), ends);
        grid.show(shown(view), axis.rows(), axis.cols());
        grid.select(model.patch.get().map(Set::of).orElse(Set.of()));
    }

    void clear() {
        heat.clear();
    }

    private Box shown(Box view) {
        float s = model.input.get().map(i -> (float) i.scale()).orElse(1f);
        return new Box(view.x1() * s, view.y1() * s, view.x2() * s, view.y2() * s);
    }

    private void pick(Point2D at) {
        Optional<Integer> cell = grid.cell(at);
        model.patch.set(cell.equals(model.patch.get()) ? Optional.empty() : cell);
        cell.ifPresent(c -> model.method.set(Optional.empty()));
    }

    private Optional<String> readout(Point2D at) {
        return heat.valueAt(at).map(value -> {
            String number = ScaleBar.number(value);
            Range range = heat.rangeProperty().get();
            return model.method.get().isPresent()
                    ? i18n.get("inspect.readout.relevance", number, ScaleBar.number(range.low()),
                            ScaleBar.number(range.high()))
                    : i18n.get("inspect.readout.attention", model.layer.get() + 1, head(), number);
        });
    }

    private String head() {
        int head = model.head.get();
        return head == AttentionTrace.HEAD_MEAN
                ? i18n.get("inspect.head.mean")
                : head == AttentionTrace.HEAD_MAX ? i18n.get("inspect.head.max") : Integer.toString(head + 1);
    }

    private void drawBoxes() {
        List<BoxOverlay.Mark> marks = new ArrayList<>();
        if (model.boxes.get()) {
            for (Scene.Thing thing : model.input.get().flatMap(Input::scene).map(Scene::objects).orElse(List.of())) {
                marks.add(new BoxOverlay.Mark(thing.box(), thing.colour() + " " + thing.kind(), Color.TRANSPARENT,
                        false));
            }
        }
        boxes.show(marks);
    }
}
