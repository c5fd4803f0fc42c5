package org.diptych.app.inspect;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.WayStrip;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.AttentionTrace.SiteTrace;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.Way;

/// Which expert, or which mode of a text transformer, works on what in each layer, and in which of these the map that is shown was made. Hidden for a model that
/// uses its weights in one way only.
final class WaysPanel extends VBox {
    private final I18n i18n;
    private final InspectModel model;
    private final WayStrip strip = new WayStrip();

    WaysPanel(I18n i18n, InspectModel model) {
        super(6);
        this.i18n = i18n;
        this.model = model;
        strip.setId("inspect-ways");
        strip.setOnChoose(this::choose);
        Label title = Ui.styled(new Label(), "small", "strong");
        title.setId("inspect-ways-title");
        title.textProperty().bind(i18n.compute(() -> text(modes() ? "inspect.ways.modes" : "inspect.ways.experts"),
                model.result));
        title.setTooltip(new javafx.scene.control.Tooltip());
        title.getTooltip().textProperty().bind(i18n.compute(
                () -> text(modes() ? "inspect.ways.modes.why" : "inspect.ways.experts.why"), model.result));
        title.getTooltip().setWrapText(true);
        title.getTooltip().setMaxWidth(420);
        strip.accessibleTextProperty().bind(title.textProperty());
        Label now = Ui.wrapped(Ui.styled(new Label(), "small", "muted"));
        now.setId("inspect-ways-now");
        now.textProperty().bind(i18n.compute(this::now, model.result, model.site, model.layer));
        now.maxWidthProperty().bind(strip.widthProperty());
        getChildren().addAll(title, strip, now);
        setMinWidth(USE_PREF_SIZE);
        model.result.subscribe(r -> show());
        i18n.textsProperty().subscribe(t -> show());
        model.site.subscribe(s -> mark());
        model.layer.subscribe(l -> mark());
    }

    private List<Way> ways() {
        return model.result.get().map(InspectResult::ways).orElse(List.of());
    }

    /// @return true where the ways are modes of one text transformer, false where they are experts
    private boolean modes() {
        return ways().stream().anyMatch(w -> w.kind() == Way.Kind.UNIMODAL || w.kind() == Way.Kind.READING
                || w.kind() == Way.Kind.WRITING);
    }

    private String text(String key) {
        return ways().isEmpty() ? "" : i18n.get(key);
    }

    private void show() {
        List<Way> ways = ways();
        strip.show(ways, this::lane, (lane, layer) -> i18n.get("inspect.ways.cell", layer + 1,
                lane.layers().get(layer), i18n.get("inspect.ways.what." + WayStrip.plain(lane.layers().get(layer)))));
        Ui.show(this, !ways.isEmpty());
        mark();
    }

    private void mark() {
        strip.mark(model.site.get(), model.layer.get());
    }

    private String lane(Way way, Way.Lane lane) {
        String kind = kind(way);
        return way.kind() == Way.Kind.PAIR ? i18n.get("inspect.ways.pair.lane", kind, input(lane)) : kind;
    }

    private String kind(Way way) {
        return i18n.get("inspect.ways." + way.kind().name().toLowerCase(Locale.ROOT));
    }

    private String input(Way.Lane lane) {
        return i18n.get("inspect.streams." + lane.input().name().toLowerCase(Locale.ROOT));
    }

    /// What works in the layer whose map is shown.
    private String now() {
        List<Way> ways = ways();
        if (ways.isEmpty()) {
            return "";
        }
        int layer = model.layer.get();
        Optional<Way> running = ways.stream().filter(w -> w.sites().contains(model.site.get()))
                .filter(w -> layer < w.lanes().getFirst().layers().size()).findFirst();
        if (running.isEmpty()) {
            return i18n.get("inspect.ways.elsewhere");
        }
        return modes()
                ? i18n.get("inspect.ways.now.mode", layer + 1, kind(running.get()),
                        running.get().lanes().getFirst().layers().get(layer))
                : i18n.get("inspect.ways.now.experts", layer + 1, running.get().lanes().stream()
                        .map(lane -> i18n.get("inspect.ways.through", input(lane), lane.layers().get(layer)))
                        .collect(Collectors.joining(i18n.get("inspect.ways.and"))));
    }

    /// A layer of a way that did not run for this pair has no map; the layer is chosen all the same.
    private void choose(Way way, int layer) {
        if (!way.sites().contains(model.site.get())) {
            List<String> there = model.result.get().map(r -> r.trace().sites()).orElse(List.of()).stream()
                    .map(SiteTrace::site).map(s -> s.name()).filter(way.sites()::contains).toList();
            if (!there.isEmpty()) {
                model.site.set(there.getLast());
            }
        }
        model.layer.set(model.chosenSite().map(s -> Math.min(layer, s.site().layers() - 1)).orElse(layer));
        model.method.set(Optional.empty());
    }
}
