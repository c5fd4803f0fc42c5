package org.diptych.app.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import javafx.geometry.Point2D;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.input.KeyEvent;
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
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.Scene;

/// The left panel: the picture, dimmed under its map, with the scale that says what the colours mean. A click or the arrow keys choose a patch.
final class PicturePanel extends VBox {
    /// A map to show.
    ///
    /// @param view    the part of the picture under it, in the pixels of the picture that the model saw
    /// @param caption what the map is
    /// @param say     what a value is, given the patch and the value, for the hover
    record Shown(Axis.Patches grid, float[] values, Box view, Range range, String caption,
            BiFunction<Integer, Float, String> say) {
    }

    private final I18n i18n;
    private final InspectModel model;
    private final ImageCanvas canvas = new ImageCanvas();
    private final HeatOverlay heat = new HeatOverlay();
    private final GridOverlay grid = new GridOverlay();
    private final BoxOverlay boxes = new BoxOverlay();
    private final Label caption = Ui.styled(new Label(), "small", "muted");
    private Optional<Shown> shown = Optional.empty();

    PicturePanel(I18n i18n, InspectModel model) {
        super(8);
        this.i18n = i18n;
        this.model = model;
        getStyleClass().add("panel");
        canvas.overlays().addAll(heat, grid, boxes);
        canvas.greyProperty().set(1);
        canvas.setId("inspect-picture");
        canvas.setFocusTraversable(true);
        canvas.accessibleTextProperty().bind(i18n.text("inspect.picture"));
        grid.linesProperty().set(false);
        VBox.setVgrow(canvas, Priority.ALWAYS);
        canvas.setMinHeight(160);
        heat.colorMapProperty().bind(model.colours);
        ScaleBar scale = new ScaleBar();
        scale.follow(heat);
        scale.setMinWidth(Region.USE_PREF_SIZE);
        caption.setId("inspect-map-caption");
        caption.setWrapText(true);
        caption.setMinHeight(Region.USE_PREF_SIZE);
        getChildren().addAll(canvas, caption, Ui.row(16, scale, Ui.spring(), strength()), options());
        canvas.setReadout(this::readout);
        canvas.setOnPick(this::pick);
        canvas.setOnKeyPressed(this::key);
        canvas.pointedProperty().subscribe(at -> grid.hover(at.flatMap(grid::cell)));
        model.input.subscribe(input -> input.ifPresent(i -> canvas.setPicture(i.shown())));
        model.boxes.subscribe(on -> drawBoxes());
        model.input.subscribe(input -> drawBoxes());
        i18n.textsProperty().subscribe(t -> drawBoxes());
    }

    private Slider strength() {
        Slider strength = new Slider(0, 1, 0.65);
        strength.setId("inspect-strength");
        strength.setPrefWidth(112);
        strength.accessibleTextProperty().bind(i18n.text("inspect.strength"));
        strength.setTooltip(i18n.tooltip("inspect.strength"));
        heat.strengthProperty().bind(strength.valueProperty());
        return strength;
    }

    private HBox options() {
        CheckBox smooth = i18n.label(new CheckBox(), "inspect.smooth");
        smooth.setTooltip(i18n.tooltip("inspect.smooth.why"));
        smooth.setSelected(heat.smoothProperty().get());
        heat.smoothProperty().bind(smooth.selectedProperty());
        CheckBox truth = i18n.label(new CheckBox(), "inspect.boxes");
        truth.setId("inspect-boxes");
        truth.selectedProperty().bindBidirectional(model.boxes);
        truth.setTooltip(i18n.tooltip("inspect.boxes.why"));
        model.input.subscribe(input -> truth.setDisable(input.flatMap(Input::scene).isEmpty()));
        HBox row = Ui.row(12, colours(), smooth, truth);
        row.setMinWidth(Region.USE_PREF_SIZE);
        return row;
    }

    private ChoiceBox<String> colours() {
        ChoiceBox<String> colours = new ChoiceBox<>();
        colours.setId("inspect-colours");
        List<String> ids = ColorMap.IDS.stream().filter(id -> !id.equals(ColorMap.DIVERGING)).toList();
        colours.getItems().setAll(ids);
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
        colours.setValue(model.colours.get().id());
        colours.valueProperty().subscribe(id -> {
            if (id != null) {
                model.colours.set(ColorMap.of(id));
            }
        });
        i18n.textsProperty().subscribe(t -> {
            String now = model.colours.get().id();
            colours.getItems().setAll(ids); // the names are in another language now
            colours.setValue(now);
        });
        return colours;
    }

    HeatOverlay heat() {
        return heat;
    }

    void focus() {
        canvas.requestFocus();
    }

    void show(Shown next) {
        shown = Optional.of(next);
        caption.setText(next.caption());
        heat.show(new HeatOverlay.Heat(scaled(next.view()), next.grid().rows(), next.grid().cols(), next.values()),
                next.range());
        grid.show(scaled(next.view()), next.grid().rows(), next.grid().cols());
        grid.select(model.patch.get().map(Set::of).orElse(Set.of()));
    }

    void clear() {
        shown = Optional.empty();
        caption.setText("");
        heat.clear();
    }

    private Box scaled(Box view) {
        float s = model.input.get().map(i -> (float) i.scale()).orElse(1f);
        return new Box(view.x1() * s, view.y1() * s, view.x2() * s, view.y2() * s);
    }

    private void pick(Point2D at) {
        canvas.requestFocus();
        Optional<Integer> cell = grid.cell(at);
        choose(cell.equals(model.patch.get()) ? Optional.empty() : cell);
    }

    private void choose(Optional<Integer> cell) {
        model.patch.set(cell);
    }

    private void key(KeyEvent event) {
        if (shown.isEmpty()) {
            return;
        }
        int rows = shown.get().grid().rows();
        int cols = shown.get().grid().cols();
        int at = model.patch.get().orElse(rows / 2 * cols + cols / 2);
        int next = switch (event.getCode()) {
            case LEFT -> at % cols == 0 ? at : at - 1;
            case RIGHT -> at % cols == cols - 1 ? at : at + 1;
            case UP -> at < cols ? at : at - cols;
            case DOWN -> at / cols == rows - 1 ? at : at + cols;
            case ESCAPE -> -1;
            default -> -2;
        };
        if (next >= -1) {
            choose(next < 0 ? Optional.empty() : Optional.of(next));
            event.consume();
        }
    }

    private Optional<String> readout(Point2D at) {
        Optional<Integer> cell = grid.cell(at);
        return shown.flatMap(s -> cell.filter(c -> c < s.values().length)
                .map(c -> s.say().apply(c, s.values()[c])));
    }

    private void drawBoxes() {
        List<BoxOverlay.Mark> marks = new ArrayList<>();
        if (model.boxes.get()) {
            for (Scene.Thing thing : model.input.get().flatMap(Input::scene).map(Scene::objects).orElse(List.of())) {
                marks.add(new BoxOverlay.Mark(thing.box(), name(thing), Color.TRANSPARENT, false));
            }
        }
        boxes.show(marks);
    }

    private String name(Scene.Thing thing) {
        return i18n.get("inspect.thing", i18n.get("inspect.colour." + thing.colour()),
                i18n.get("inspect.kind." + thing.kind()));
    }
}
