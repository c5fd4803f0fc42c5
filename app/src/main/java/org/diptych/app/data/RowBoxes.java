package org.diptych.app.data;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.canvas.BoxOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionPlace;
import org.diptych.engine.api.Regions;

/// The boxes of the chosen row's picture, drawn over it: those of its region features, or those that its file names. A few tell their names at once, many only the one under the mouse.
final class RowBoxes extends VBox {
    private static final String REMEMBERED = "sets.boxes";
    private static final String OFF = "off";
    private static final int FEW = 8;

    private final I18n i18n;
    private final BoxOverlay overlay = new BoxOverlay();
    private final CheckBox shown;
    private final Label what = Ui.styled(new Label(), "muted", "small", "elides");
    private final Label fault = Ui.styled(Ui.wrapped(new Label()), "badge", "bad");
    private final LatestTask<Asked, Regions> look;
    private Optional<DataRow> row = Optional.empty();
    private List<BoxOverlay.Mark> marks = List.of();
    private Optional<Regions> read = Optional.empty();
    private Optional<Throwable> failed = Optional.empty();

    private record Asked(RegionPlace place, Picture picture) {
    }

    RowBoxes(AppContext context, ImageCanvas canvas) {
        super(4);
        i18n = context.i18n();
        look = new LatestTask<>(Duration.ZERO, a -> context.engine().readRegions(a.place, a.picture), this::found,
                error -> {
                    failed = Optional.of(Fx.cause(error));
                    show();
                });
        canvas.overlays().add(overlay);
        canvas.setReadout(at -> overlay.at(at).flatMap(this::name));
        shown = i18n.label(new CheckBox(), "sets.boxes");
        shown.setId("data-boxes");
        shown.setTooltip(i18n.tooltip("sets.boxes.why"));
        shown.setMinWidth(USE_PREF_SIZE);
        shown.setSelected(!OFF.equals(context.settings().get().choices().get(REMEMBERED)));
        shown.selectedProperty().subscribe(on -> {
            context.settings().update(s -> s.withChoices(Map.of(REMEMBERED, on ? "on" : OFF)));
            draw();
        });
        what.setMinWidth(0);
        RowCell.whole(what);
        HBox.setHgrow(what, Priority.ALWAYS);
        fault.setId("data-boxes-fault");
        getChildren().addAll(Ui.row(12, shown, what), fault);
        i18n.textsProperty().subscribe(t -> show());
        show();
    }

    /// Forgets the boxes of the row before.
    ///
    /// @param next its picture comes later
    void begin(Optional<DataRow> next) {
        look.cancel();
        row = next;
        read = Optional.empty();
        failed = Optional.empty();
        marks = next.filter(r -> r.regions().isEmpty()).map(DataRow::boxes).orElse(List.of()).stream()
                .map(b -> BoxOverlay.Mark.outline(b.box(), b.label())).toList();
        show();
    }

    /// Reads the boxes of the row's picture.
    void picture(Picture picture) {
        row.flatMap(DataRow::regions).ifPresent(place -> look.askNow(new Asked(place, picture)));
    }

    private void found(Regions regions) {
        read = Optional.of(regions);
        List<Box> boxes = regions.boxes();
        List<String> names = regions.labels();
        marks = IntStream.range(0, boxes.size())
                .mapToObj(i -> BoxOverlay.Mark.outline(boxes.get(i), i < names.size() ? names.get(i) : "")).toList();
        show();
    }

    private Optional<String> name(int box) {
        return Optional.of(marks.get(box).label()).filter(n -> !n.isEmpty())
                .or(() -> Optional.of(i18n.get("sets.boxes.number", box + 1)));
    }

    private void show() {
        Ui.show(this, row.filter(r -> r.regions().isPresent() || !r.boxes().isEmpty()).isPresent());
        what.setText(row.flatMap(DataRow::regions).flatMap(place -> read.map(r -> i18n.get("sets.boxes.of",
                r.boxes().size(), r.features()[0].length, place.file().getFileName()))).orElse(""));
        fault.setText(failed.map(error -> error instanceof EngineException e
                ? e.what(i18n.texts()) + " " + e.why(i18n.texts())
                : i18n.get("sets.boxes.failed")).orElse(""));
        Ui.show(fault, failed.isPresent());
        shown.setDisable(failed.isPresent());
        draw();
    }

    private void draw() {
        boolean named = marks.size() <= FEW;
        overlay.show(shown.isSelected()
                ? marks.stream().map(m -> named ? m : BoxOverlay.Mark.outline(m.box(), "")).toList()
                : List.of());
    }
}
