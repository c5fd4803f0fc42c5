package org.diptych.app.ask;

import java.util.List;
import java.util.Optional;
import javafx.geometry.Point2D;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.ask.AskModel.Place;
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

/// The left panel: the picture under the map of the chosen word, and which attention of the model the map is of.
final class AskPicture extends VBox {
    private final I18n i18n;
    private final AskModel model;
    private final ImageCanvas canvas = new ImageCanvas();
    private final HeatOverlay heat = new HeatOverlay();
    private final Label caption = Ui.wrapped(Ui.styled(new Label(), "small", "muted"));
    private final ChoiceBox<String> sites = new ChoiceBox<>();
    private final Slider layer = new Slider(0, 1, 0);
    private final HBox layers;
    private final ScaleBar scale = new ScaleBar();

    AskPicture(I18n i18n, AskModel model) {
        super(8);
        this.i18n = i18n;
        this.model = model;
        getStyleClass().add("panel");
        canvas.setId("ask-picture");
        canvas.accessibleTextProperty().bind(i18n.text("ask.picture.map"));
        canvas.overlays().add(heat);
        canvas.setMinHeight(160);
        canvas.setReadout(this::readout);
        VBox.setVgrow(canvas, Priority.ALWAYS);
        caption.setId("ask-map-caption");
        scale.follow(heat);
        layers = layers();
        getChildren().addAll(canvas, caption, scale, sites(), layers);
        setMinWidth(260);
        model.input.subscribe(input -> draw());
        model.place.subscribe((old, now) -> {
            follow(now);
            draw();
        });
        model.site.subscribe(s -> draw());
        model.layer.subscribe(l -> draw());
        i18n.textsProperty().subscribe(t -> {
            List<String> names = List.copyOf(sites.getItems());
            sites.getItems().setAll(names); // in another language now
            sites.setValue(model.site.get());
            draw();
        });
        follow(model.place.get());
        draw();
    }

    private ChoiceBox<String> sites() {
        sites.setId("ask-sites");
        sites.setMaxWidth(Double.MAX_VALUE);
        sites.setTooltip(i18n.tooltip("inspect.site"));
        sites.setConverter(new Named<>(site -> site.isEmpty() ? "" : i18n.named("inspect.site.", site)));
        sites.valueProperty().subscribe(site -> {
            if (site != null) {
                model.site.set(site);
            }
        });
        return sites;
    }

    private HBox layers() {
        layer.setId("ask-layer");
        layer.setBlockIncrement(1);
        layer.setMajorTickUnit(1);
        layer.setMinorTickCount(0);
        layer.setSnapToTicks(true);
        layer.accessibleTextProperty().bind(i18n.text("inspect.layer.which"));
        layer.valueProperty().subscribe(v -> model.layer.set((int) Math.round(v.doubleValue())));
        HBox.setHgrow(layer, Priority.ALWAYS);
        Label label = new Label();
        label.setMinWidth(Region.USE_PREF_SIZE);
        label.textProperty().bind(i18n.compute(() -> model.layer.get() == 0
                ? i18n.get("ask.layer.all", (int) layer.getMax())
                : i18n.get("inspect.layer", model.layer.get(), (int) layer.getMax()), model.layer,
                layer.maxProperty()));
        return Ui.row(12, label, layer);
    }

    /// Offers the sites and layers of the word that is shown.
    private void follow(Optional<Place> place) {
        Optional<Place> word = place.filter(p -> p.word() < p.turn().words.size());
        List<String> names = word.map(p -> Sight.sites(p.turn().words.get(p.word()))).orElse(List.of());
        if (!names.isEmpty() && !sites.getItems().equals(names)) {
            String chosen = names.contains(model.site.get()) ? model.site.get() : names.getFirst();
            sites.getItems().setAll(names);
            sites.setValue(chosen);
        }
        int count = word.map(p -> Sight.layers(p.turn().words.get(p.word()), model.site.get())).orElse(0);
        if (count > 0 && count != (int) layer.getMax()) {
            layer.setMax(count);
        }
        Ui.show(layers, count > 1);
        Ui.show(sites, names.size() > 1);
    }

    /// @return what is known of the chosen word or finding
    static Sight sight(AskModel model) {
        Optional<Place> place = model.place.get();
        if (place.isEmpty()) {
            return Sight.NONE;
        }
        Turn turn = place.get().turn();
        return place.get().word() < turn.words.size()
                ? Sight.of(turn, place.get().word(), model.site.get(), model.layer.get())
                : turn.rests.get().map(Sight::of).orElse(Sight.NONE);
    }

    /// Draws the map anew, after what is known of a place has changed.
    void draw() {
        Optional<Place> place = model.place.get();
        Optional<Input> input = place.isPresent() ? place.get().turn().input() : model.input.get();
        input.ifPresentOrElse(i -> canvas.setPicture(i.shown()),
                () -> canvas.pictureProperty().set(Optional.empty()));
        Sight sight = sight(model);
        boolean seen = input.isPresent() && sight.over().isPresent() && sight.view().isPresent();
        Ui.show(scale, seen);
        canvas.greyProperty().set(seen ? 1 : 0);
        if (seen) {
            heat.show(map(sight, input.get()), Range.of(sight.picture()));
        } else {
            heat.clear();
        }
        caption.setText(says(place, seen, input));
    }

    private static HeatOverlay.Heat map(Sight sight, Input input) {
        float s = (float) input.scale();
        Box view = sight.view().orElseThrow();
        return sight.over().orElseThrow() instanceof Axis.Patches grid
                ? new HeatOverlay.Heat(new Box(view.x1() * s, view.y1() * s, view.x2() * s, view.y2() * s),
                        grid.rows(), grid.cols(), sight.picture())
                : HeatOverlay.Heat.of(sight.regions().orElseThrow().boxes(), sight.picture(), view, input.scale());
    }

    private String says(Optional<Place> place, boolean seen, Optional<Input> input) {
        if (place.isEmpty()) {
            return i18n.get(input.isPresent() ? "ask.map.none" : "ask.map.nopicture");
        }
        Turn turn = place.get().turn();
        boolean word = place.get().word() < turn.words.size();
        if (!seen && word) {
            return i18n.get("ask.map.unknown", Turn.shown(turn.words, place.get().word()));
        }
        if (!seen) {
            return AskController.method(turn.model()).isPresent() // its map is on the way
                    ? ""
                    : i18n.get("ask.map.cannot", turn.model().title());
        }
        String through = sight(model).through();
        if (word && !through.isEmpty()) {
            return i18n.get("ask.map.through", Turn.shown(turn.words, place.get().word()),
                    i18n.named("inspect.site.", through));
        }
        return word
                ? i18n.get("ask.map.word", Turn.shown(turn.words, place.get().word()))
                : i18n.get("ask.map.rests." + turn.mode().name().toLowerCase(java.util.Locale.ROOT), named(turn));
    }

    /// The answer, or the best word of the gap, that the map explains.
    private static String named(Turn turn) {
        Turn.Finding finding = turn.finding.get();
        return finding.place() < 0
                ? finding.answer()
                : turn.found.get().map(f -> f.fills().get(finding.place())).map(f -> f.getFirst().name()).orElse("");
    }

    private Optional<String> readout(Point2D at) {
        return heat.valueAt(at).map(v -> i18n.get(
                model.place.get().filter(p -> p.word() < p.turn().words.size()).isPresent()
                        ? "ask.readout.attention"
                        : "ask.readout.relevance",
                ScaleBar.number(model.place.get().filter(p -> p.word() < p.turn().words.size()).isPresent()
                        ? 100 * v
                        : v)));
    }

    HeatOverlay heat() {
        return heat;
    }
}
