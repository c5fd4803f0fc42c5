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
import org.diptych.app.canvas.BoxOverlay;
import org.diptych.app.canvas.GridOverlay;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Input;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Scene;

/// The left panel: the picture, dimmed under its map, with the scale that says what the colours mean. A click or the arrow keys choose a patch.
final class PicturePanel extends VBox {
    /// A map to show.
    ///
    /// @param over    patches or boxes
    /// @param view    the part of the picture under it, in the pixels of the picture that the model saw
    /// @param regions the boxes
    /// @param caption what the map is
    /// @param say     what a value is, given the patch or box and the value, for the hover
    record Shown(Axis over, float[] values, Box view, Optional<Regions> regions, Range range, String caption,
            BiFunction<Integer, Float, String> say) {
        /// @return (rows, cols) of patches; boxes are one row
        int[] sides() {
            return over instanceof Axis.Patches grid
                    ? new int[]{grid.rows(), grid.cols()}
                    : new int[]{1, values.length};
        }
    }

    private final I18n i18n;
    private final InspectModel model;
    private final ImageCanvas canvas = new ImageCanvas();
    private final HeatOverlay heat = new HeatOverlay();
    private final GridOverlay grid = new GridOverlay();
    private final BoxOverlay regions = new BoxOverlay();
    private final BoxOverlay boxes = new BoxOverlay();
    private final Label caption = Ui.styled(new Label(), "small", "muted");
    private Optional<Shown> shown = Optional.empty();

    PicturePanel(I18n i18n, InspectModel model) {
        super(8);
        this.i18n = i18n;
        this.model = model;
        getStyleClass().add("panel");
        canvas.overlays().addAll(heat, grid, regions, boxes);
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
        canvas.setOnDrag((from, to) -> regions.at(from).ifPresent(box -> move(box, to.subtract(from))));
        canvas.pointedProperty().subscribe(at -> {
            if (shown.filter(s -> s.over() instanceof Axis.Patches).isPresent()) {
                grid.hover(at.flatMap(grid::cell));
            } else {
                drawRegions();
            }
        });
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
        colours.setConverter(new Named<>(id -> i18n.get("image.colormap." + id)));
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
        if (next.over() instanceof Axis.Patches patches) {
            regions.show(List.of());
            heat.show(new HeatOverlay.Heat(scaled(next.view()), patches.rows(), patches.cols(), next.values()),
                    next.range());
            grid.show(scaled(next.view()), patches.rows(), patches.cols());
            grid.select(model.patch.get().map(Set::of).orElse(Set.of()));
        } else {
            grid.show(new Box(0, 0, 0, 0), 0, 0);
            heat.show(HeatOverlay.Heat.of(next.regions().orElseThrow().boxes(), next.values(), next.view(), scale()),
                    next.range());
            drawRegions();
        }
    }

    /// The boxes that a model reads; the chosen one and the one under the mouse tell their names.
    private void drawRegions() {
        Optional<Regions> read = shown.filter(s -> s.over() instanceof Axis.Boxes).flatMap(Shown::regions);
        List<BoxOverlay.Mark> marks = new ArrayList<>();
        Optional<Integer> pointed = canvas.pointedProperty().get().flatMap(regions::at);
        for (int i = 0; read.isPresent() && i < read.get().boxes().size(); i++) {
            boolean chosen = model.patch.get().equals(Optional.of(i));
            boolean named = i < read.get().labels().size() && (chosen || pointed.equals(Optional.of(i)));
            marks.add(new BoxOverlay.Mark(scaled(read.get().boxes().get(i)),
                    named ? label(read.get().labels().get(i)) : "",
                    Color.TRANSPARENT, chosen));
        }
        if (!marks.equals(regions.marks())) {
            regions.show(marks);
        }
    }

    /// A scene's own names in the reader's language; a detector's as they are.
    String label(String name) {
        return model.input.get().flatMap(Input::scene)
                .flatMap(s -> s.objects().stream().filter(t -> name.equals(t.colour() + " " + t.kind())).findFirst())
                .map(this::name).orElse(name);
    }

    /// A box that is moved is read anew where it lies then; boxes with a detector's features stay where they are.
    private void move(int index, Point2D by) {
        Regions read = shown.flatMap(Shown::regions).orElseThrow();
        if (model.regions.get().filter(RegionSource.Given.class::isInstance).isPresent()) {
            return;
        }
        Box whole = shown.get().view();
        List<Box> moved = new ArrayList<>(read.boxes());
        Box box = moved.get(index);
        float dx = Math.clamp((float) (by.getX() / scale()), whole.x1() - box.x1(), whole.x2() - box.x2());
        float dy = Math.clamp((float) (by.getY() / scale()), whole.y1() - box.y1(), whole.y2() - box.y2());
        moved.set(index, new Box(box.x1() + dx, box.y1() + dy, box.x2() + dx, box.y2() + dy));
        model.regions.set(Optional.of(new RegionSource.Crops(moved, read.labels())));
    }

    private double scale() {
        return model.input.get().map(Input::scale).orElse(1.0);
    }

    /// @param why there is no map; empty while one is on its way
    void clear(String why) {
        shown = Optional.empty();
        caption.setText(why);
        heat.clear();
        regions.show(List.of());
    }

    private Box scaled(Box view) {
        float s = (float) scale();
        return new Box(view.x1() * s, view.y1() * s, view.x2() * s, view.y2() * s);
    }

    private void pick(Point2D at) {
        canvas.requestFocus();
        Optional<Integer> cell = at(at);
        choose(cell.equals(model.patch.get()) ? Optional.empty() : cell);
    }

    /// @return the patch or box at a place
    private Optional<Integer> at(Point2D place) {
        return shown.filter(s -> s.over() instanceof Axis.Boxes).isPresent() ? regions.at(place) : grid.cell(place);
    }

    private void choose(Optional<Integer> cell) {
        model.patch.set(cell);
    }

    private void key(KeyEvent event) {
        if (shown.isEmpty()) {
            return;
        }
        int rows = shown.get().sides()[0];
        int cols = shown.get().sides()[1];
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
        Optional<Integer> cell = at(at);
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
