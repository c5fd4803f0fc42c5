package org.diptych.app.inspect;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.geometry.Insets;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.HeadGrid;
import org.diptych.app.canvas.StreamMap;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.AttentionTrace.SiteTrace;
import org.diptych.engine.api.AttentionTrace.Step;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.Regions;

/// Every layer and head of one attention site. A click chooses both.
final class HeadsPanel extends VBox {
    private static final double BAR = 14;

    private final I18n i18n;
    private final InspectModel model;
    private final HeadGrid grid = new HeadGrid();
    private final StreamMap streams = new StreamMap();
    private final ChoiceBox<String> sites = new ChoiceBox<>();
    private boolean following;

    HeadsPanel(I18n i18n, InspectModel model) {
        super(8);
        this.i18n = i18n;
        this.model = model;
        getStyleClass().add("panel");
        sites.setId("inspect-sites");
        sites.setMinWidth(140);
        sites.setTooltip(i18n.tooltip("inspect.site"));
        sites.setConverter(new Named<>(name -> name.isEmpty() ? "" : siteName(name)));
        sites.setOnAction(e -> {
            if (sites.getValue() != null) {
                model.site.set(sites.getValue());
            }
        });
        grid.setId("inspect-heads");
        grid.colorMapProperty().bind(model.colours);
        grid.accessibleTextProperty().bind(i18n.text("inspect.grid"));
        grid.selectionProperty().subscribe(cell -> cell.filter(c -> !following).ifPresent(c -> {
            model.layer.set(c.layer());
            model.head.set(c.head());
            model.method.set(Optional.empty());
        }));
        grid.setReadout(cell -> model.chosenSite().map(site -> say(site, cell)));
        CheckBox common = i18n.label(new CheckBox(), "inspect.grid.common");
        common.setTooltip(i18n.tooltip("inspect.grid.common.why"));
        grid.commonScaleProperty().bind(common.selectedProperty());
        ScrollPane scroll = new ScrollPane(grid);
        scroll.setFitToWidth(true);
        scroll.viewportBoundsProperty().subscribe(b -> grid.roomProperty().set(b.getHeight()));
        Label what = Ui.styled(new Label(), "muted", "small");
        what.setMinWidth(0);
        what.getStyleClass().add("elides");
        what.textProperty().bind(i18n.compute(this::what, model.patch, model.words, model.query, model.site,
                model.result));
        what.setTooltip(new javafx.scene.control.Tooltip());
        what.getTooltip().textProperty().bind(what.textProperty());
        Label title = Ui.styled(i18n.label("inspect.grid"), "strong");
        title.setMinWidth(Region.USE_PREF_SIZE);
        common.setMinWidth(Region.USE_PREF_SIZE);
        HBox.setHgrow(scroll, Priority.ALWAYS);
        // in a small window what stands below is reached by scrolling
        WaysPanel ways = new WaysPanel(i18n, model);
        VBox beside = new VBox(12, streams, ways);
        beside.setPadding(new Insets(0, BAR, 0, 0));
        ScrollPane room = new ScrollPane(beside);
        room.visibleProperty().bind(streams.visibleProperty().or(ways.visibleProperty()));
        room.managedProperty().bind(room.visibleProperty());
        room.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        room.setMinWidth(Region.USE_PREF_SIZE);
        room.setFitToHeight(true);
        HBox below = new HBox(16, scroll, room);
        VBox.setVgrow(below, Priority.ALWAYS);
        streams.setId("inspect-streams");
        streams.setMinHeight(Region.USE_PREF_SIZE); // what does not fit is scrolled, not laid one over the other
        streams.setReadout(this::describe);
        streams.setOnChoose(step -> {
            model.site.set(step.site());
            model.layer.set(step.layer());
            model.method.set(Optional.empty());
        });
        getChildren().addAll(Ui.row(12, title, sites, what, Ui.spring(), common), below);
        i18n.textsProperty().subscribe(t -> {
            grid.setMeanLabel(i18n.get("inspect.head.mean"));
            streams.setNames(i18n.get("inspect.streams.words"), i18n.get("inspect.streams.picture"));
            fillSites();
        });
        model.result.subscribe(r -> {
            Ui.show(streams, r.map(x -> streams.show(x.trace())).orElse(false));
            fillSites();
            draw();
        });
        model.site.subscribe(s -> {
            if (sites.getItems().contains(s)) {
                sites.setValue(s);
            }
            draw();
        });
        model.patch.subscribe(p -> draw());
        model.words.subscribe(w -> draw());
        model.query.subscribe(q -> draw());
        model.layer.subscribe(l -> follow());
        model.head.subscribe(h -> follow());
    }

    private String what() {
        return model.chosenSite().map(site -> {
            Reading reading = Reading.of(site, 0, AttentionTrace.HEAD_MEAN, model.choice());
            boolean boxes = model.result.get().flatMap(InspectResult::regions).isPresent();
            return i18n.get(reading.picture().isEmpty()
                    ? "inspect.grid.square"
                    : reading.asker() == Choice.Asker.PATCH && boxes
                            ? "inspect.grid.box"
                            : "inspect.grid." + reading.asker().name().toLowerCase(Locale.ROOT));
        }).orElse("");
    }

    /// A head in words: where it looks, and how widely.
    private String say(SiteTrace site, HeadGrid.Cell cell) {
        Reading reading = Reading.of(site, cell.layer(), cell.head(), model.choice());
        String head = cell.head() == AttentionTrace.HEAD_MEAN
                ? i18n.get("inspect.head.mean")
                : Integer.toString(cell.head() + 1);
        if (reading.picture().isPresent()) {
            Reading.Seen seen = reading.picture().get();
            return i18n.get("inspect.grid.readout.picture", cell.layer() + 1, head,
                    percent(1 - seen.rest()), one(Reading.spread(seen.values())), seen.values().length);
        }
        float[] values = reading.words().orElse(site.map(cell.layer(), cell.head()));
        return i18n.get("inspect.grid.readout.words", cell.layer() + 1, head, one(Reading.spread(values)),
                values.length);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f", 100 * Math.clamp(share, 0, 1));
    }

    private static String one(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /// A layer in words: whose it is, what it looks at, and how many heads it has.
    private String describe(Step step) {
        return model.result.get().flatMap(r -> r.trace().site(step.site()))
                .map(s -> i18n.get("inspect.streams.layer", siteName(step.site()), step.layer() + 1,
                        s.site().layers(), s.site().heads()))
                .orElse("");
    }

    private String siteName(String name) {
        return i18n.named("inspect.site.", name);
    }

    private void fillSites() {
        List<String> names = model.result.get()
                .map(r -> r.trace().sites().stream().map(s -> s.site().name()).toList()).orElse(List.of());
        sites.setVisible(!names.isEmpty());
        sites.getItems().setAll(names);
        sites.setValue(model.site.get());
    }

    private void draw() {
        model.chosenSite().ifPresent(site -> {
            following = true;
            grid.show(Reading.tiles(site, model.choice(), this::small));
            following = false;
            follow();
        });
    }

    /// What boxes say as a small grid, where nothing lies 0.
    private float[] small(float[] values) {
        InspectResult seen = model.result.get().orElseThrow();
        float[] cells = Regions.spread(seen.regions().orElseThrow().boxes(), values, seen.view(), Reading.BOXED,
                Reading.BOXED);
        for (int i = 0; i < cells.length; i++) {
            cells[i] = Float.isNaN(cells[i]) ? 0 : cells[i];
        }
        return cells;
    }

    /// The outlined cell is the layer and head that stand on the slider and the buttons.
    private void follow() {
        following = true;
        streams.mark(model.site.get(), model.layer.get());
        grid.selectionProperty().set(model.chosenSite().filter(s -> model.layer.get() < s.site().layers())
                .filter(s -> model.head.get() < s.site().heads() && model.head.get() != AttentionTrace.HEAD_MAX)
                .map(s -> new HeadGrid.Cell(model.layer.get(), model.head.get())));
        following = false;
    }
}
